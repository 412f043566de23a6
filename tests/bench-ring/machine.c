// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void read_cpu(char *cpu, size_t size)
{
	FILE *in = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(cpu, size, "unknown");
	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(cpu, size, "%s", strchr(line, ':') + 2);
			break;
		}
	if (in)
		fclose(in);
}

void machine_describe(struct machine *m)
{
	const time_t now = time(NULL);
	struct utsname u;

	uname(&u);
	strftime(m->date, sizeof(m->date), "%Y-%m-%d %H:%M UTC", gmtime(&now));
	snprintf(m->kernel, sizeof(m->kernel), "%s %s %s", u.sysname, u.release,
		 u.machine);
#ifdef __clang__
	m->compiler = __VERSION__;
#else
	m->compiler = "gcc " __VERSION__;
#endif
	read_cpu(m->cpu, sizeof(m->cpu));
	m->ncpus = sysconf(_SC_NPROCESSORS_ONLN);
}

double machine_load(void)
{
	double load;

	return getloadavg(&load, 1) == 1 ? load : -1;
}

int machine_pin(void)
{
	const int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : cpu;
}
