"""What a gate has recorded: logs in any form, read into one, with what is wrong with them counted."""
