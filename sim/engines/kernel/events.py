"""What will happen (a heap of facts), and which groups are stirred."""

from __future__ import annotations

from sim.engines.kernel.records import HEAP, KIND_BITS, NOW, SLOT_BITS, SOON, STIRRED_GROUPS
from sim.jit import called, inlined


@called
def push(heap, x, time, what):
    i = x[HEAP]
    x[HEAP] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if heap[up].time <= time:
            break
        heap[i].time = heap[up].time
        heap[i].what = heap[up].what
        i = up
    heap[i].time = time
    heap[i].what = what


@called
def pop(heap, x):
    what, n = heap[0].what, x[HEAP] - 1
    x[HEAP] = n
    time, last, i = heap[n].time, heap[n].what, 0
    while True:
        kid = 2 * i + 1
        if kid >= n:
            break
        if kid + 1 < n and heap[kid + 1].time < heap[kid].time:
            kid += 1
        if heap[kid].time >= time:
            break
        heap[i].time = heap[kid].time
        heap[i].what = heap[kid].what
        i = kid
    heap[i].time = time
    heap[i].what = last
    return what


@inlined
def happen(st, time, kind, slot, stamp):
    """A fact to come; at this very instant without the heap."""
    what = (stamp << (SLOT_BITS + KIND_BITS)) | (slot << KIND_BITS) | kind
    if time == st.x[NOW]:
        st.soon[st.x[SOON]] = what
        st.x[SOON] += 1
    else:
        push(st.heap, st.x, time, what)


@inlined
def stir(st, group):
    if st.groups[group].stirred == 0:
        st.groups[group].stirred = 1
        wake(st.awake, st.x, group)


@called
def wake(awake, x, group):
    """Into the heap of stirred groups, the lowest number first."""
    i = x[STIRRED_GROUPS]
    x[STIRRED_GROUPS] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if awake[up] <= group:
            break
        awake[i] = awake[up]
        i = up
    awake[i] = group


@called
def lowest_awake(awake, x):
    n = x[STIRRED_GROUPS] - 1
    x[STIRRED_GROUPS] = n
    group, last, i = awake[0], awake[n], 0
    while True:
        kid = 2 * i + 1
        if kid >= n:
            break
        if kid + 1 < n and awake[kid + 1] < awake[kid]:
            kid += 1
        if awake[kid] >= last:
            break
        awake[i] = awake[kid]
        i = kid
    awake[i] = last
    return group


@inlined
def may_admit(net, st, step):
    site = st.sites[step]
    group = net.steps[step].group
    if site.in_admit == 0:
        site.in_admit = 1
        site.next_admit = st.groups[group].admit
        st.groups[group].admit = step
    stir(st, group)


@inlined
def may_start(net, st, step):
    site = st.sites[step]
    group = net.steps[step].group
    if site.in_start == 0 and site.queued > 0:
        site.in_start = 1
        site.next_start = st.groups[group].start
        st.groups[group].start = step
    stir(st, group)


@inlined
def stir_pool(net, st, pool):
    for k in range(net.user_ptr[pool], net.user_ptr[pool + 1]):
        may_start(net, st, net.users[k])
