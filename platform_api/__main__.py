"""`python -m platform_api` is `cuakhau`, also where scripts are not on the path."""

from platform_api.cli import main

if __name__ == "__main__":
    main()
