from django.db import migrations

# The worker and every command defer jobs as role app. Jobs name a destination and nothing else, so these tables carry
# no row-level security; their functions are open to every role, and do nothing without the tables.
GRANT = """
GRANT SELECT, INSERT, UPDATE, DELETE ON
    procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO comity_app;
GRANT USAGE, SELECT ON
    procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_periodic_defers_id_seq TO comity_app;
GRANT SELECT ON procrastinate_jobs TO comity_verifier;
"""
REVOKE = """
REVOKE ALL ON
    procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers
    FROM comity_app, comity_verifier;
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [migrations.RunSQL(GRANT, REVOKE)]
