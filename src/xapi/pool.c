/* SPDX-License-Identifier: ISC */
/* Pools: see pool.h. */
#include "xapi/pool.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/wait.h"
#include "version.h"
#include "xapi/record.h"

/* The header has the digits bare, or behind the name of the digest. */
static void vouch_by_thumbprint(struct trust_vouched *vouched, const char *thumbprint)
{
	static const char prefix[] = "sha-256:";
	uint8_t digest[FINGERPRINT_SIZE];
	struct error ignored = {0};

	if (ascii_prefix_fold(thumbprint, prefix))
		thumbprint += strlen(prefix);
	if (thumbprint[0] != '\0' && fingerprint_parse(thumbprint, digest, &ignored) == 0)
		trust_vouch(vouched, digest);
}

/* Waits until the answer is there, or the time is up. Returns 1, 0, or -1 with *err when interrupted. */
static int await_answer(struct rpc *rpc, int64_t deadline, struct error *err)
{
	while (!rpc_is_ready(rpc)) {
		const int64_t until = clock_earlier(deadline, rpc_deadline(rpc));

		if (wait_ready(rpc_fd(rpc), rpc_events(rpc), until, err) < 0)
			return -1;
		if (clock_ms() >= deadline)
			return 0;
	}
	return 1;
}

/* Asks a supporter for the certificate of the coordinator that it named, and adds it to *ret. It may have to
 * ask that one itself, and where it is dead never answers [seen]: so this is not done on the session's
 * connection, nor with the first login. A login it is, since one is answered with HOST_IS_SLAVE before
 * anybody looks at the password, which is therefore none. Fails only with ERROR_INTERRUPTED. */
static int ask_thumbprint(const struct endpoint *supporter, const char *user, const char *named,
                          struct trust_vouched *ret, struct error *err)
{
	const int64_t deadline = clock_ms() + POOL_THUMBPRINT_MS;
	struct endpoint to = *supporter;
	struct error failure = {0};
	json_t *result = NULL;
	struct rpc rpc;

	/* Half of the time for each of TCP and TLS. */
	if (to.timeout_ms > POOL_THUMBPRINT_MS / 2)
		to.timeout_ms = POOL_THUMBPRINT_MS / 2;
	rpc_init(&rpc, &to);
	rpc.ask_thumbprint = true;
	if (rpc_begin(&rpc, METHOD_LOGIN,
	              json_pack("[s, s, s, s]", user, "", "1.0", "xencon/" XENCON_VERSION),
	              &failure) == 0 &&
	    await_answer(&rpc, deadline, &failure) == 1 &&
	    rpc_finish(&rpc, &result, &failure) != 0 && failure.reason == REASON_SUPPORTER &&
	    ascii_equal_fold(rpc.fault.params[0], named))
		vouch_by_thumbprint(ret, rpc.thumbprint);
	json_decref(result);
	rpc_disconnect(&rpc);
	if (failure.kind == ERROR_INTERRUPTED)
		return error_interrupted(err, failure.signal);
	error_clear(&failure);
	return 0;
}

/* Connects the session to a coordinator; when that is not trusted by itself, by the supporter's word. */
static int connect_coordinator(struct session *s, const struct endpoint *supporter,
                               const char *user, struct error *err)
{
	struct endpoint *const to = &s->rpc.endpoint;
	struct trust_question *const place = to->question;
	struct trust_question seen = {0};
	struct error failure = {0};

	to->question = &seen;
	const int rc = rpc_connect(&s->rpc, err);
	to->question = place;
	if (place != NULL)
		*place = seen;
	if (rc == 0 || err->kind != ERROR_UNTRUSTED || to->address.scheme != ADDRESS_HTTPS)
		return rc;
	if (ask_thumbprint(supporter, user, to->address.host, &to->vouched, &failure) == 0) {
		if (to->vouched.count == 0)
			return -1;
		/* Who shows something else is not met a second time. */
		if (judge_by_word(&seen, &to->vouched, &failure) == 0)
			return rpc_connect(&s->rpc, err);
	}
	error_clear(err);
	*err = failure; /* with all that it holds */
	return -1;
}

/* Turns the session to the coordinator that the last fault names. */
static int follow(struct session *s, const char *user, struct error *err)
{
	const struct endpoint supporter = s->rpc.endpoint;
	struct endpoint to = s->rpc.endpoint;
	const char *const host = s->rpc.fault.params[0];
	char from[ADDRESS_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];

	address_show(&s->rpc.endpoint.address, from);
	if (address_is_socket(&to.address) || host[0] == '\0')
		return -1; /* nothing to follow: the fault stands */
	if (address_set_host(&to.address, host, err) != 0)
		return -1;
	to.vouched = (struct trust_vouched){.other_host = true};
	log_trace(LOG_STEPS, "%s is a supporter, going on to its coordinator %s", from,
	          address_show(&to.address, name));
	rpc_disconnect(&s->rpc);
	rpc_init(&s->rpc, &to);
	return connect_coordinator(s, &supporter, user, err);
}

/* The coordinator that a supporter led to is not reached: its address is one that the user never typed. No
 * command is suggested: what looks dead from here may be alive, and a second coordinator splits a pool. */
static int blame_coordinator(const struct address *coordinator, const char *supporter,
                             struct error *err)
{
	char name[ADDRESS_SHOW_MAX];
	char why[ERROR_LINE_MAX];
	const enum error_reason reason = err->reason;

	if (err->kind != ERROR_UNREACHABLE || reason == REASON_SUPPORTER)
		return -1;
	(void)error_line(err, why);
	(void)error_set(err, ERROR_UNREACHABLE,
	                "the pool's coordinator %s, named by %s, does not answer",
	                address_show(coordinator, name), supporter);
	(void)error_cause(err, "%.*s", ERROR_CAUSE_MAX - 1, why);
	(void)error_hint(err,
	                 "if it is starting, try again in a minute; another host of the pool may "
	                 "name another: --server HOST; if it is lost for good, the pool's "
	                 "administrator must choose another coordinator");
	return error_reason(err, reason);
}

static bool was_visited(char visited[][ADDRESS_HOST_MAX], size_t count, const char *host)
{
	for (size_t i = 0; i < count; i++) {
		if (ascii_equal_fold(visited[i], host))
			return true;
	}
	return false;
}

int pool_login(struct session *s, const char *user, const char *password, struct error *err)
{
	char visited[POOL_STEPS_MAX][ADDRESS_HOST_MAX];
	char named_by[ADDRESS_SHOW_MAX] = "";

	for (size_t i = 0;; i++) {
		struct error refusal = {0};

		if (session_login(s, user, password, &refusal) == 0)
			return 0;
		*err = refusal;
		if (refusal.reason != REASON_SUPPORTER || i == POOL_STEPS_MAX)
			return i == 0 ? -1
			              : blame_coordinator(&s->rpc.endpoint.address, named_by, err);
		memcpy(visited[i], s->rpc.endpoint.address.host, sizeof(visited[i]));
		if (was_visited(visited, i + 1, s->rpc.fault.params[0])) {
			error_hint(err, "its hosts name each other as coordinator; the pool may be "
			                "electing one just now");
			return -1;
		}
		address_show(&s->rpc.endpoint.address, named_by);
		if (follow(s, user, err) != 0)
			return blame_coordinator(&s->rpc.endpoint.address, named_by, err);
	}
}

static void vouch_by_record(struct trust_vouched *vouched, const json_t *record)
{
	const char *digits = record_text(record, "fingerprint_sha256");
	uint8_t digest[FINGERPRINT_SIZE];
	struct error ignored = {0};

	/* "host_internal" is shown for the SNI "pool" alone, "ca" by nobody. */
	if (strcmp(record_text(record, "type"), "host") != 0)
		return;
	if (digits[0] == '\0') /* before fingerprint_sha256 there was only this */
		digits = record_text(record, "fingerprint");
	if (fingerprint_parse(digits, digest, &ignored) == 0)
		trust_vouch(vouched, digest);
}

int pool_vouch_for(struct session *s, const char *host, struct trust_vouched *ret,
                   struct error *err)
{
	struct error ignored = {0};
	struct query q;
	json_t *records = NULL;
	const char *ref;
	json_t *record;

	query_begin(&q);
	query_where(&q, "host", host);
	if (session_call(s, METHOD_CERTIFICATE_WHERE, query_params(&q), &records, &ignored) != 0) {
		if (ignored.kind == ERROR_INTERRUPTED)
			return error_interrupted(err, ignored.signal);
		error_clear(&ignored);
		return 0;
	}
	json_object_foreach(records, ref, record) vouch_by_record(ret, record);
	json_decref(records);
	return 0;
}

/* One call whose failure only means that nothing is known. */
static int look_up(struct session *s, enum method_name method, json_t *params, json_t **ret,
                   struct error *err)
{
	struct error failure = {0};

	*ret = NULL;
	if (session_call(s, method, params, ret, &failure) == 0)
		return 0;
	if (failure.kind == ERROR_INTERRUPTED)
		return error_interrupted(err, failure.signal);
	error_clear(&failure);
	return 0;
}

int pool_hosts(struct session *s, struct pool_host *ret, size_t *ret_count, struct error *err)
{
	json_t *certificates = NULL;
	json_t *hosts = NULL;
	const char *ref;
	json_t *host;
	struct query q;
	int rc;

	*ret_count = 0;
	query_begin(&q);
	query_where(&q, "type", "host");
	rc = look_up(s, METHOD_CERTIFICATE_WHERE, query_params(&q), &certificates, err);
	if (rc == 0 && json_object_size(certificates) > 0)
		rc = look_up(s, METHOD_HOST_ALL, json_array(), &hosts, err);
	json_object_foreach(hosts, ref, host)
	{
		struct pool_host one = {.shows.other_host = true};
		const char *key;
		json_t *certificate;

		json_object_foreach(certificates, key, certificate)
		{
			if (strcmp(record_text(certificate, "host"), ref) == 0)
				vouch_by_record(&one.shows, certificate);
		}
		const char *const address = record_text(host, "address");
		if (one.shows.count == 0 || address[0] == '\0' ||
		    strlen(address) >= sizeof(one.address) || *ret_count == POOL_HOSTS_MAX)
			continue;
		memcpy(one.address, address, strlen(address) + 1);
		ret[(*ret_count)++] = one;
	}
	json_decref(certificates);
	json_decref(hosts);
	return rc;
}

int pool_uuid(struct session *s, char ret[POOL_UUID_MAX], struct error *err)
{
	json_t *records = NULL;

	if (session_call(s, METHOD_POOL_ALL, json_array(), &records, err) != 0)
		return -1;
	/* There is always exactly one. */
	const json_t *const pool = json_object_iter_value(json_object_iter(records));
	const char *const uuid = record_text(pool, "uuid");
	int rc = 0;
	if (!text_is_uuid(uuid))
		rc = error_set(err, ERROR_PROTOCOL, "the pool has no uuid");
	else
		(void)snprintf(ret, POOL_UUID_MAX, "%s", uuid);
	json_decref(records);
	return rc;
}

int pool_idle_limit(struct session *s, int64_t *ret_s)
{
	struct error ignored = {0};
	json_t *records = NULL;

	const int rc = session_call(s, METHOD_POOL_ALL, json_array(), &records, &ignored);
	if (rc == 0) /* there is always exactly one */
		*ret_s = record_number(json_object_iter_value(json_object_iter(records)),
		                       "vm_console_idle_timeout", 0);
	json_decref(records);
	error_clear(&ignored);
	return rc;
}
