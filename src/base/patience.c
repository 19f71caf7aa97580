/* SPDX-License-Identifier: ISC */
/*
 * Patient writing: see patience.h. Always true: the call ends, because the timer repeats until it is
 * switched off; an alarm that fires just before write(2) has begun to wait is followed by the next, and
 * any signal that is caught without SA_RESTART ends that wait. No thread, no second process, no flag on
 * what is another's.
 */
#include "base/patience.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"

/* It only has to be caught: that ends a write(2) that blocks. */
static void on_alarm(int signal)
{
	(void)signal;
}

static int64_t to_us(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

/* An alarm that somebody set before us (it outlives exec) goes on, less what has passed. */
static void restore_timer(const struct itimerval *before, int64_t passed_us)
{
	struct itimerval now = *before;

	if (to_us(&before->it_value) == 0)
		return;
	const int64_t left = to_us(&before->it_value) - passed_us;
	now.it_value.tv_sec = left > 0 ? (time_t)(left / 1000000) : 0;
	now.it_value.tv_usec = left > 0 ? (suseconds_t)(left % 1000000) : 1; /* at once */
	(void)setitimer(ITIMER_REAL, &now, NULL);
}

ssize_t patience_write(int fd, const void *data, size_t len, int ms)
{
	const struct itimerval step = {.it_interval = {.tv_usec = (suseconds_t)ms * 1000},
	                               .it_value = {.tv_usec = (suseconds_t)ms * 1000}};
	const struct itimerval off = {.it_value = {0}};
	const int64_t began = clock_ms();
	struct itimerval timer_before;
	struct sigaction action_before;
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm; /* without SA_RESTART, or the wait would begin anew */
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, &action_before);
	(void)setitimer(ITIMER_REAL, &step, &timer_before);
	const ssize_t n = write(fd, data, len);
	const int saved = errno;
	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)sigaction(SIGALRM, &action_before, NULL);
	restore_timer(&timer_before, (clock_ms() - began) * 1000);
	errno = saved;
	return n;
}
