/* SPDX-License-Identifier: ISC */
/*
 * Several servers raced: see race.h.
 *
 * A runner goes WAITING -> DIALLING -> SHAKING -> STANDING, and from each but the last to OVER; one function
 * moves it. ALWAYS TRUE: all that runners own is closed when the race is over, but for the winner's stream;
 * and of two that stand in the same turn the one that the user named first wins.
 */
#include "http/race.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/tunnel.h"
#include "net/proxy.h"
#include "os/wait.h"
#include "trust/tls.h"

_Static_assert(RACE_MAX *DIAL_FDS_MAX <= WAIT_FDS_MAX, "all of a race can be polled for");

enum runner_state {
	RUNNER_WAITING,  /* its turn has not come */
	RUNNER_DIALLING, /* dial_begin was called */
	RUNNER_SHAKING,  /* there is a stream, and hands are shaken on it */
	RUNNER_STANDING, /* the stream can be used */
	RUNNER_OVER,     /* it failed, and has nothing left */
};

struct runner {
	enum runner_state state;
	struct address address;
	struct dialling dial;
	struct child proxy;    /* owned, once the dial has given it away */
	struct stream *stream; /* owned: SHAKING and STANDING */
	short events;          /* what the handshake waits for */
	int64_t began;         /* the present step */
	struct error failure;
};

struct race {
	const struct endpoint *how;
	size_t count;
	size_t begun;
	int64_t next_ms; /* when the next one is due */
	struct runner runners[RACE_MAX];
};

/* Lets go of everything but the failure. */
static void clean(struct runner *r)
{
	if (r->state != RUNNER_WAITING && r->state != RUNNER_OVER)
		dial_end(&r->dial);
	stream_close(r->stream);
	r->stream = NULL;
	proxy_end(&r->proxy);
	r->state = RUNNER_OVER;
}

static void fail(struct runner *r)
{
	char name[ADDRESS_SHOW_MAX];

	/* Before it is closed, since then a command that is well ends, too. */
	(void)tunnel_blame_carrier(&r->proxy, address_show_port(&r->address, name), &r->failure);
	clean(r);
}

/* DIALLING -> SHAKING, or where nothing is to be shaken, STANDING. */
static void take_stream(const struct race *race, struct runner *r)
{
	const bool secure = r->address.scheme == ADDRESS_HTTPS;

	r->proxy = r->dial.proxy;
	r->dial.proxy = (struct child){0};
	r->stream = secure
	                ? tls_begin(r->dial.fd, &r->address, race->how->trust->legacy, &r->failure)
	                : stream_plain(r->dial.fd, &r->failure);
	if (r->stream == NULL) {
		fail(r);
		return;
	}
	r->dial.fd = -1; /* the stream's */
	r->began = clock_ms();
	r->state = secure ? RUNNER_SHAKING : RUNNER_STANDING;
}

/* Moves a runner on as far as it goes without waiting. */
static void advance(const struct race *race, struct runner *r)
{
	const int64_t due = r->began + race->how->timeout_ms;

	if (r->state == RUNNER_DIALLING) {
		int rc = dial_step(&r->dial, &r->failure);

		if (rc == 0 && clock_ms() >= due)
			rc = dial_late(&r->dial, race->how->timeout_ms, &r->failure);
		if (rc < 0)
			fail(r);
		else if (rc > 0)
			take_stream(race, r);
	}
	if (r->state == RUNNER_SHAKING) {
		int rc = tls_shake(r->stream, &r->events, &r->failure);

		if (rc == 0 && clock_ms() >= r->began + race->how->timeout_ms)
			rc = tls_late(r->stream, race->how->timeout_ms, &r->failure);
		if (rc < 0)
			fail(r);
		else if (rc > 0)
			r->state = RUNNER_STANDING;
	}
}

/* WAITING -> DIALLING. */
static void begin(struct race *race)
{
	struct runner *const r = &race->runners[race->begun++];

	r->began = clock_ms();
	race->next_ms = r->began + RACE_STAGGER_MS;
	r->state = RUNNER_DIALLING;
	if (dial_begin(&r->dial, &r->address, &race->how->dial, &r->failure) != 0)
		fail(r);
}

/* Begins what is due: the next with its time, or when nobody is under way any more. The user is told why. */
static void begin_due(struct race *race)
{
	while (race->begun < race->count) {
		const struct runner *const before =
		    race->begun == 0 ? NULL : &race->runners[race->begun - 1];
		char name[ADDRESS_SHOW_MAX];
		char other[ADDRESS_SHOW_MAX];
		char line[ERROR_LINE_MAX];

		if (before != NULL) {
			const struct address *const next = &race->runners[race->begun].address;

			if (before->state == RUNNER_OVER)
				log_notice("%s; trying %s", error_line(&before->failure, line),
				           address_show(next, name));
			else if (clock_ms() < race->next_ms)
				return;
			else
				log_notice("%s has not answered yet; trying %s beside it",
				           address_show_port(&before->address, other),
				           address_show(next, name));
		}
		begin(race);
		advance(race, &race->runners[race->begun - 1]);
		if (race->runners[race->begun - 1].state == RUNNER_STANDING)
			return;
	}
}

/* Waits until something has happened to a runner, or is due. */
static int wait_for_any(const struct race *race, struct error *err)
{
	struct pollfd fds[WAIT_FDS_MAX];
	int64_t until = race->begun < race->count ? race->next_ms : CLOCK_NEVER;
	size_t n = 0;

	for (size_t i = 0; i < race->begun; i++) {
		const struct runner *const r = &race->runners[i];
		int64_t due = CLOCK_NEVER;

		if (r->state == RUNNER_OVER)
			continue;
		if (r->state == RUNNER_DIALLING)
			n += dial_interest(&r->dial, fds + n, &due);
		else
			fds[n++] = (struct pollfd){.fd = r->stream->fd, .events = r->events};
		until = clock_earlier(until, clock_earlier(due, r->began + race->how->timeout_ms));
	}
	return wait_poll(fds, n, until, err) < 0 ? -1 : 0;
}

/* The first of those that stand; `count` where none does. */
static size_t find_standing(const struct race *race)
{
	size_t i = 0;

	while (i < race->begun && race->runners[i].state != RUNNER_STANDING)
		i++;
	return i < race->begun ? i : race->count;
}

/* Runs until one stands (its number), or all are over (count), or a signal came (-1). */
static int run(struct race *race, struct error *err)
{
	for (;;) {
		size_t over = 0;

		for (size_t i = 0; i < race->begun; i++)
			advance(race, &race->runners[i]);
		/* However late it is by then, nobody is dialled beside one that stands. */
		size_t standing = find_standing(race);
		if (standing == race->count) {
			begin_due(race);
			standing = find_standing(race);
		}
		if (standing < race->count)
			return (int)standing;
		for (size_t i = 0; i < race->begun; i++)
			over += race->runners[i].state == RUNNER_OVER;
		if (over == race->count)
			return (int)race->count;
		if (wait_for_any(race, err) != 0)
			return -1;
	}
}

struct stream *race_run(const struct endpoint *how, const struct address *servers, size_t count,
                        struct race_result *ret, struct error *err)
{
	struct race *const race = calloc(1, sizeof(*race));
	struct stream *stream = NULL;

	*ret = (struct race_result){0};
	if (race == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot allocate a race");
		return NULL;
	}
	race->how = how;
	race->count = count;
	for (size_t i = 0; i < count; i++)
		race->runners[i].address = servers[i];
	const int end = run(race, err);
	if (end >= 0 && (size_t)end < count) {
		struct runner *const winner = &race->runners[end];

		ret->stands = true;
		ret->winner = (size_t)end;
		ret->proxy = winner->proxy;
		stream = winner->stream;
		winner->proxy = (struct child){0};
		winner->stream = NULL;
	} else if (end >= 0) {
		*err = race->runners[count - 1].failure; /* with all that it holds */
		race->runners[count - 1].failure = (struct error){0};
	}
	for (size_t i = 0; i < count; i++) {
		ret->failed[i] = race->runners[i].state == RUNNER_OVER;
		clean(&race->runners[i]);
		error_clear(&race->runners[i].failure);
	}
	free(race);
	return stream;
}
