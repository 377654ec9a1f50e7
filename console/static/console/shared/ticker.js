// A Worker: its timers keep their pace while the tab is hidden, so alarms and pings do too.
setInterval(() => postMessage("tick"), 500);
