/* SPDX-License-Identifier: ISC */
/* What follows from the state alone: see state.h. ALWAYS TRUE: it is read here, and changed elsewhere. */
#include "stay/state.h"

bool state_is_patient(const struct stay *s)
{
	return s->guest.attached.seen ? s->spec.reconnect : s->spec.wait;
}
