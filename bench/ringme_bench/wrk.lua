-- For wrk: sends the method and the body that come behind the URL, and prints the figures as JSON in the last line.
-- To wrk each status below 400 is as good as another.
function init(args)
    wrk.method = args[1]
    wrk.body = args[2]
end

function done(summary, latency)
    local errors, lost = summary.errors, 0
    for _, kind in ipairs({"connect", "read", "write", "timeout"}) do
        lost = lost + errors[kind]
    end
    io.write(string.format(
        '\n{"count": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "wrong": %d, "lost": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, lost))
end
