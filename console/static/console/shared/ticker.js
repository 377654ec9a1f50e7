// A worker: its timers stay on time while the tab is hidden, and so do alarms and pings.
setInterval(() => postMessage("tick"), 500);
