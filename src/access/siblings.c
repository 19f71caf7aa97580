/* SPDX-License-Identifier: ISC */
/*
 * Siblings: see siblings.h. ALWAYS TRUE: a password goes to none of them that does not show what the pool said,
 * or what is known of it besides; and a session with another pool is given up at once.
 */
#include "access/siblings.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "xapi/record.h"

/* What only a trusted connection has said vouches for anybody. */
static bool may_vouch(const struct session *s)
{
	const struct endpoint *const to = &s->rpc.endpoint;

	return to->address.scheme == ADDRESS_HTTPS && !to->trust->insecure;
}

/* Of a server that knows no certificates the addresses are all that there is to learn. */
static int learn_addresses(struct siblings *ret, struct session *s, struct error *err)
{
	json_t *hosts = NULL;
	const char *ref;
	json_t *record;

	if (session_call(s, METHOD_HOST_ALL, json_array(), &hosts, err) != 0)
		return -1;
	json_object_foreach(hosts, ref, record)
	{
		const char *const host = record_text(record, "address");

		if (ret->count == SIBLINGS_MAX || host[0] == '\0' ||
		    strlen(host) >= ADDRESS_HOST_MAX)
			continue;
		ret->at[ret->count].vouched.other_host = true;
		(void)snprintf(ret->at[ret->count++].host, ADDRESS_HOST_MAX, "%s", host);
	}
	json_decref(hosts);
	return 0;
}

int siblings_learn(struct siblings *ret, struct session *s, struct error *err)
{
	struct pool_host hosts[POOL_HOSTS_MAX];
	struct error failure = {0};
	struct siblings all = {0};
	size_t count = 0;
	int rc = pool_uuid(s, all.pool, &failure);

	if (rc == 0)
		rc = pool_hosts(s, hosts, &count, &failure);
	for (size_t i = 0; rc == 0 && i < count && i < SIBLINGS_MAX; i++) {
		if (may_vouch(s))
			all.at[i].vouched = hosts[i].shows;
		all.at[i].vouched.other_host = true;
		memcpy(all.at[i].host, hosts[i].address, sizeof(all.at[i].host));
		all.count++;
	}
	/* Whatever fails here leaves out what was not learnt: the kind of the failure alone says whether to stop. */
	if (rc == 0 && count == 0)
		(void)learn_addresses(&all, s, &failure);
	if (failure.kind == ERROR_INTERRUPTED) {
		*err = failure;
		return -1;
	}
	error_clear(&failure);
	*ret = all;
	return 0;
}

int siblings_check(const struct siblings *all, struct session *s, struct error *err)
{
	char uuid[POOL_UUID_MAX];
	char name[ADDRESS_SHOW_MAX];

	if (all->pool[0] == '\0')
		return 0;
	if (pool_uuid(s, uuid, err) != 0) {
		session_end(s); /* whose nobody knows it to be */
		return -1;
	}
	if (strcmp(uuid, all->pool) == 0)
		return 0;
	address_show(&s->rpc.endpoint.address, name);
	session_end(s);
	error_set(err, ERROR_UNTRUSTED, "%s is in another pool now", name);
	error_cause(err, "its pool is %s, and was %s", uuid, all->pool);
	return error_reason(err, REASON_OTHER_POOL);
}

int siblings_login(const struct siblings *all, const struct endpoint *how, const char *user,
                   const char *password, struct session *s, struct error *err)
{
	for (size_t i = 0; i < all->count; i++) {
		struct endpoint to = *how;
		struct error failure = {0};
		char line[ERROR_LINE_MAX];

		if (address_set_host(&to.address, all->at[i].host, &failure) != 0) {
			error_clear(&failure);
			continue;
		}
		if (address_equal(&to.address, &how->address))
			continue; /* who was asked already */
		to.vouched = all->at[i].vouched;
		if (to.timeout_ms > SIBLINGS_TIMEOUT_MS)
			to.timeout_ms = SIBLINGS_TIMEOUT_MS;
		session_init(s, &to);
		if (pool_login(s, user, password, &failure) == 0 &&
		    siblings_check(all, s, &failure) == 0) {
			error_clear(err);
			return 0;
		}
		log_trace(LOG_STEPS, "no pool there: %s", error_line(&failure, line));
		rpc_disconnect(&s->rpc);
		const bool final = failure.kind == ERROR_LOGIN || failure.kind == ERROR_INTERRUPTED;
		if (final) {
			error_clear(err);
			*err = failure;
			return -1;
		}
		/* One that is away may come back: that counts for more than another that has left. */
		if (err->reason == REASON_OTHER_POOL && failure.kind == ERROR_UNREACHABLE) {
			error_clear(err);
			*err = failure;
			failure = (struct error){0};
		}
		error_clear(&failure);
	}
	return -1;
}
