"""Who serves: organisation, stores, scenes, binding, tasks."""
