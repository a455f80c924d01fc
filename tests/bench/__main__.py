"""`make bench`: every measurement, one after the other. Over an hour, of which dispatch takes 55 minutes."""

from tests.bench import bench_dispatch, bench_map, bench_messages, bench_plan, bench_upload

bench_map.main()
bench_messages.main()
bench_plan.main()
bench_upload.main()
bench_dispatch.main()
