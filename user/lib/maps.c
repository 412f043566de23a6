// SPDX-License-Identifier: BSD-2-Clause
#include "maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "services.h"

static int map_memory(int fd, size_t size, void **mem)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return -errno;
	*mem = p;
	return 0;
}

int maps_map(struct maps *m)
{
	int err;

	m->vips = NULL;
	m->backends = NULL;
	m->ifaces = NULL;
	err = map_memory(m->vips_fd, RLB_MAX_SERVICES * sizeof(*m->vips),
			 (void **)&m->vips);
	if (!err)
		err = map_memory(m->backends_fd,
				 RLB_MAX_BACKENDS * sizeof(*m->backends),
				 (void **)&m->backends);
	if (!err)
		err = map_memory(m->ifaces_fd,
				 RLB_MAX_IFACES * sizeof(*m->ifaces),
				 (void **)&m->ifaces);
	if (err)
		maps_unmap(m);
	return err;
}

void maps_unmap(struct maps *m)
{
	if (m->vips)
		munmap(m->vips, RLB_MAX_SERVICES * sizeof(*m->vips));
	if (m->backends)
		munmap(m->backends, RLB_MAX_BACKENDS * sizeof(*m->backends));
	if (m->ifaces)
		munmap(m->ifaces, RLB_MAX_IFACES * sizeof(*m->ifaces));
	m->vips = NULL;
	m->backends = NULL;
	m->ifaces = NULL;
}

static int table_new(struct table *t, const char *name, size_t value_size,
		     size_t nvalues)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int err;

	t->size = value_size * nvalues;
	t->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32),
			       value_size, nvalues, &opts);
	if (t->fd < 0)
		return -errno;
	err = map_memory(t->fd, t->size, &t->mem);
	if (err) {
		close(t->fd);
		*t = TABLE_NONE;
	}
	return err;
}

int table_new_services(struct table *t)
{
	return table_new(t, "service_table", sizeof(struct rlb_service_entry),
			 SERVICES_TABLE_LEN);
}

int table_new_ring(struct table *t)
{
	return table_new(t, "ring_table", sizeof(rlb_slot), RLB_RING_SLOTS);
}

void table_close(struct table *t)
{
	if (t->fd < 0)
		return;
	munmap(t->mem, t->size);
	close(t->fd);
	*t = TABLE_NONE;
}

int table_open(struct table *t, int outer_fd, uint32_t key)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), id;
	int err;

	*t = TABLE_NONE;
	if (bpf_map_lookup_elem(outer_fd, &key, &id) != 0)
		return -errno;
	t->fd = bpf_map_get_fd_by_id(id);
	if (t->fd < 0)
		return -errno;
	err = bpf_obj_get_info_by_fd(t->fd, &info, &len) != 0 ? -errno : 0;
	t->size = (size_t)info.value_size * info.max_entries;
	if (!err)
		err = map_memory(t->fd, t->size, &t->mem);
	if (err) {
		close(t->fd);
		*t = TABLE_NONE;
	}
	return err;
}

int table_publish(const struct table *t, int outer_fd, uint32_t key)
{
	__u32 fd;

	if (!t) {
		if (bpf_map_delete_elem(outer_fd, &key) != 0 && errno != ENOENT)
			return -errno;
		return 0;
	}
	fd = t->fd;
	return bpf_map_update_elem(outer_fd, &key, &fd, BPF_ANY) != 0 ? -errno
								      : 0;
}

/* Per-CPU values: one after another, as many as the kernel could have. */
static int read_percpu(int fd, uint32_t key, size_t value_size, uint64_t *sum)
{
	const int ncpus = libbpf_num_possible_cpus();
	const size_t nwords = value_size / sizeof(uint64_t);
	uint64_t *values;
	int err = 0;

	memset(sum, 0, value_size);
	if (ncpus < 0)
		return ncpus;
	values = calloc(ncpus, value_size);
	if (!values)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &key, values) != 0)
		err = -errno;
	for (int cpu = 0; cpu < ncpus && !err; cpu++)
		for (size_t i = 0; i < nwords; i++)
			sum[i] += values[cpu * nwords + i];
	free(values);
	return err;
}

int maps_read_count(int fd, uint32_t key, struct rlb_count *sum)
{
	return read_percpu(fd, key, sizeof(*sum), (uint64_t *)sum);
}

int maps_read_traffic(int fd, uint32_t key, struct rlb_traffic *sum)
{
	return read_percpu(fd, key, sizeof(*sum), (uint64_t *)sum);
}

int maps_clear_traffic(int fd, uint32_t key)
{
	const int ncpus = libbpf_num_possible_cpus();
	void *zeros;
	int err = 0;

	if (ncpus < 0)
		return ncpus;
	zeros = calloc(ncpus, sizeof(struct rlb_traffic));
	if (!zeros)
		return -ENOMEM;
	if (bpf_map_update_elem(fd, &key, zeros, BPF_ANY) != 0)
		err = -errno;
	free(zeros);
	return err;
}

int maps_read_config(const struct maps *m, struct rlb_config *config)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(m->config_fd, &zero, config) != 0 ? -errno
								     : 0;
}

int maps_write_config(const struct maps *m, const struct rlb_config *config)
{
	const __u32 zero = 0;

	return bpf_map_update_elem(m->config_fd, &zero, config, BPF_ANY) != 0
		       ? -errno
		       : 0;
}
