/* SPDX-License-Identifier: ISC */
/*
 * The pool's word: see pool_word.h. ALWAYS TRUE: it is asked only over a connection that was judged, by a
 * person in this run; and a line that agrees with it is left as it is.
 */
#include "access/pool_word.h"

#include <stdlib.h>

#include "base/log.h"
#include "xapi/pool.h"

/* Records one host, unless it is known by one of the certificates that it may show. */
static int keep(const struct session *s, const struct pool_host *host, const char *path,
                struct error *err)
{
	struct address server = s->rpc.endpoint.address;
	struct known_result known = {0};
	char before[FINGERPRINT_SHOW_MAX];
	char now[FINGERPRINT_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];
	struct error unfit = {0};

	/* An address that is none is the server's mistake, and nobody's line. */
	if (address_set_host(&server, host->address, &unfit) != 0) {
		error_clear(&unfit);
		return 0;
	}
	for (size_t i = 0; i < host->shows.count; i++) {
		if (known_find(path, &server, host->shows.digests[i], &known, err) != 0)
			return -1;
		if (known.verdict == KNOWN_MATCH)
			return 0;
	}
	if (known.verdict == KNOWN_CHANGED) {
		fingerprint_show(known.digest, before);
		fingerprint_show(host->shows.digests[0], now);
		log_message("the certificate of %s has been replaced, as its pool says: it was %s "
		            "and is %s",
		            address_show_port(&server, name), before, now);
	}
	return known_add(path, &server, host->shows.digests[0], err);
}

int pool_word_keep(struct session *s, const struct confirm *confirm, struct error *err)
{
	const struct trust_policy *const policy = &confirm->policy;
	struct pool_host *hosts = NULL;
	struct error failure = {0};
	char line[ERROR_LINE_MAX];
	size_t count = 0;
	int rc;

	if (confirm->answers.count == 0 || policy->insecure || policy->known_hosts == NULL ||
	    s->rpc.endpoint.address.scheme != ADDRESS_HTTPS)
		return 0;
	hosts = calloc(POOL_HOSTS_MAX, sizeof(*hosts));
	if (hosts == NULL)
		return 0; /* the questions will come one by one */
	rc = pool_hosts(s, hosts, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (keep(s, &hosts[i], policy->known_hosts, &failure) == 0)
			continue;
		if (failure.kind == ERROR_INTERRUPTED)
			rc = error_interrupted(err, failure.signal);
		else
			log_message("%s; what the pool says of its hosts is not kept",
			            error_line(&failure, line));
		error_clear(&failure);
		break;
	}
	free(hosts);
	return rc;
}
