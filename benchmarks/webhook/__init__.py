"""The webhook beside a bare handler and WeRoBot's echo: CPU a message, rate, latency, memory."""
