"""The auditor's workbench."""
