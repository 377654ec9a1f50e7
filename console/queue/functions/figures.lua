-- Figures that keep themselves: exact counts and shares, durations in buckets of 2 %.
-- A queue's by minute for 90 minutes and by hour for 26; an agent's own of the day.

local LATEST = 30 -- late answers kept whole

local function bucket(ms) return int(math.floor(math.log(math.max(ms, 1)) / math.log(1.02))) end

-- One duration of a kind (a: the agent's answer, v: as the visitor felt it, f: first answer, w: wait, h: handling,
-- u: wrap-up), added to what is counted in one go.
function S.sample(counted, kind, ms, within)
  counted[kind .. bucket(ms)] = 1
  if within then counted[kind .. 'w'] = 1 end
  return counted
end

-- The agent's own figures of the day.
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

-- An answer that closed a turn.
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

-- The queue's spans that are not over: {name, fields} each.
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
