"""What every act needs: policy, ledger, vault, keys, clocks, tasks, outbox."""
