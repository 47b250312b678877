/*
 * Identical devices, each from its host's driver to private operation in a domain and back to the host's driver: what the
 * shipped engine does with them, written by hand, so that another checker can count it.
 *
 * There are no faults: every effect succeeds, and nobody cancels. Of the platform there is one bit per device: whether its
 * T=1 is routed to private memory. Accepting opens the route and the cut closes it, each a step before the engine hears of
 * it. Effects that neither grant anything nor cut nor stop are not steps of their own.
 *
 * A device's place in its process says no more than its state and its route do, so there are as many states as there
 * are ways to choose one of fourteen for every device. `count` runs it.
 */
#ifndef DEVICES
#define DEVICES 6
#endif

/* What the engine waits for, or where it rests: available with the host, private with the domain. */
mtype:state = {
	available, connecting, attaching, locking, accepting, binding, private, cutting, stopping, reconnecting, rekeying,
	returning
}

mtype:state state[DEVICES] = available;
bit routed[DEVICES];

active [DEVICES] proctype device()
{
	do
	::
		/* The operator converts: host driver off, then session and stream. */
		state[_pid] = connecting;
		/* Into the domain. */
		state[_pid] = attaching;
		/* Guest driver off, DMA drained, untrusted mappings saved and dropped; then LOCK_INTERFACE. */
		state[_pid] = locking;
		/* Evidence collected, judged, confirmed; then START_INTERFACE, with the trusted table entry opened first. */
		state[_pid] = accepting;
		routed[_pid] = 1;
		/* RUN: the guest's driver may bind. */
		state[_pid] = binding;
		/* Probed: private operation. */
		state[_pid] = private;
		/* The operator releases: guest driver off, then the cut. */
		state[_pid] = cutting;
		routed[_pid] = 0;
		state[_pid] = stopping;
		/* Function level reset; then a session to ask the device over. */
		state[_pid] = reconnecting;
		/* Identity, configuration space, proof of return; out of the domain; then new keys. */
		state[_pid] = rekeying;
		state[_pid] = returning;
		d_step { assert(!routed[_pid]); state[_pid] = available }
	od
}
