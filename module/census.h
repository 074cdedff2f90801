/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the sockets that are older than the module. */
#ifndef _SOCKWATCH_CENSUS_H
#define _SOCKWATCH_CENSUS_H

void sockwatch_census_prepare(void);
void sockwatch_census(void);

#endif /* _SOCKWATCH_CENSUS_H */
