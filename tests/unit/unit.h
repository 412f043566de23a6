/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit.h - how a unit test program runs: one suite, its tests by name, and the
 * closing line "N passed, N failed, N skipped" that scripts/run-tests.sh adds
 * up.
 */
#ifndef RINGLB_UNIT_H
#define RINGLB_UNIT_H

#include <CUnit/Basic.h>
#include <stddef.h>
#include <stdio.h>

struct unit_test {
	const char *name; /* the promise */
	void (*run)(void);
};

static inline int unit_main(const char *suite, const struct unit_test *tests,
			    size_t ntests)
{
	CU_pSuite s;
	unsigned int failed;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	s = CU_add_suite(suite, NULL, NULL);
	for (size_t i = 0; s && i < ntests; i++)
		if (!CU_add_test(s, tests[i].name, tests[i].run))
			s = NULL;
	if (!s) {
		fprintf(stderr, "%s: %s\n", suite, CU_get_error_msg());
		return 1;
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_tests_failed();
	printf("%zu passed, %u failed, 0 skipped\n", ntests - failed, failed);
	CU_cleanup_registry();
	return failed ? 1 : 0;
}

#define UNIT_MAIN(suite, tests) \
	int main(void) \
	{ \
		return unit_main(suite, tests, \
				 sizeof(tests) / sizeof((tests)[0])); \
	}

#endif
