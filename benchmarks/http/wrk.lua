-- Asks the addresses of a file in order, from a place in it on, and ends with a line of JSON.
-- Arguments: the file, the place (0 is the first).

local paths = {}
local at = 0

function init(args)
  for line in io.lines(args[1]) do
    paths[#paths + 1] = line
  end
  at = tonumber(args[2])
end

function request()
  local path = paths[at % #paths + 1]
  at = at + 1
  return wrk.format("GET", path)
end

-- Times are in microseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "duration": %d, "p50": %d, "p99": %d, "refused": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
