-- What one visitor, address or site may do in a while. The caller names the budgets of a call and what it takes of
-- them; they are looked at before anything is written, and spent with the rest.
-- Kept is, for each, the time (ms) at which all that was taken is made up for: one short string that ends by itself.

local SPENT -- of this call: {name, time}

-- A refusal when a budget has not got what the call takes, with the time (ms) until it has; nil when all have.
function S.afford(budgets)
  SPENT = {}
  for most, period, cost, code, name in string.gmatch(budgets or '', '(%d+) (%d+) (%d+) (%S+) (%S+)\n') do
    period = num(period)
    local free = math.max(num(redis.call('GET', key('budget', name))), NOW)
    local after = free + period / num(most) * num(cost)
    -- what is larger than the whole budget is taken when nothing else was, or it could never be done
    if after - NOW > period and free > NOW then return { '!', code, int(after - NOW - period + 1) } end
    SPENT[#SPENT + 1] = { name, after }
  end
end

function S.spend()
  for _, one in ipairs(SPENT) do
    redis.call('SET', key('budget', one[1]), int(one[2]), 'PX', int(math.max(one[2] - NOW, 1)))
  end
end

-- sockets(process, address, count, most): so many of that address this process has now. Refused when all processes
-- together have more than `most`; a process is believed for a minute.
local LEASE = 60000

local function told(process, address, count)
  redis.call('HSET', key('sockets', address), process, int(num(count)) .. ' ' .. int(NOW + LEASE))
  redis.call('PEXPIRE', key('sockets', address), LEASE)
end

verb('sockets', function(process, address, count, most)
  local all = num(count)
  for other, said in pairs(hash(key('sockets', address))) do
    local number, till = string.match(said, '^(%d+) (%d+)$')
    if other ~= process and num(till) > NOW then all = all + num(number) end
  end
  if all > num(most) then return { '!', 'too_many_connections', int(LEASE) } end
  told(process, address, count)
  return S.reply()
end)

-- renew_sockets(process, address, count, address, count, ...)
verb('renew_sockets', function(list)
  for i = 2, #list, 2 do
    told(list[1], list[i], list[i + 1])
  end
  return S.reply()
end, { 'allow-oom' }, true)
