-- Figures that the store keeps: exact counts and shares, durations in buckets of 2 %. A queue has them by minute for 90
-- minutes and by hour for 26; an agent has those of the day.

local LATEST = 30 -- late answers kept in full

local function bucket(ms) return int(math.floor(math.log(math.max(ms, 1)) / math.log(1.02))) end

-- Adds one duration to what one call counts. Kinds: a agents' answers, v the same as visitors experienced them, f first
-- responses, w waits, h handle times, u wrap-up.
function S.sample(counted, kind, ms, within)
  counted[kind .. bucket(ms)] = 1
  if within then counted[kind .. 'w'] = 1 end
  return counted
end

-- An agent's own figures of the day.
function S.measure(id, mine, within)
  local name, day = key('times', id), int(math.floor(NOW / 86400000))
  if redis.call('HGET', name, 'day') ~= day then
    redis.call('DEL', name)
    redis.call('HSET', name, 'day', day)
    redis.call('PEXPIRE', name, 93600000)
  end
  redis.call('HINCRBY', name, 'n', 1)
  if within then redis.call('HINCRBY', name, 'within', 1) end
  redis.call('HINCRBY', name, 'b' .. bucket(mine), 1)
end

-- Counts an answer that closed a turn.
function S.answered(c, id, turn, canned)
  S.measure(id, turn.mine, turn.kept)
  local counted = S.sample({ canned = canned and 1 or nil }, 'a', turn.mine, turn.kept)
  S.sample(counted, 'v', turn.waited, not turn.late)
  if turn.first then S.sample(counted, 'f', turn.first) end
  S.tally(c.queue, counted)
  if not turn.late then return end
  redis.call(
    'LPUSH',
    P .. 'lates',
    '{"chat":"'
      .. c.id
      .. '","queue":"'
      .. c.queue
      .. '","agent":"'
      .. id
      .. '","at":'
      .. STAMP
      .. ',"turn":'
      .. turn.json
      .. '}'
  )
  redis.call('LTRIM', P .. 'lates', 0, LATEST - 1)
end

-- Returns the queue's spans that are still kept, as {name, fields}.
function S.spans(queue)
  local found = {}
  for _, span in ipairs({ { 'm', 60000, 90 }, { 'h', 3600000, 26 } }) do
    local now = math.floor(NOW / span[2])
    for at = now - span[3] + 1, now do
      local name = span[1] .. int(at)
      local fields = redis.call('HGETALL', key('times', queue .. ':' .. name))
      if #fields > 0 then found[#found + 1] = { name, fields } end
    end
  end
  return found
end
