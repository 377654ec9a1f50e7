-- Budgets: how much one visitor, address or site may do in a span of time. The caller names the budgets of a call and
-- what it takes from each. They are checked before anything is written, and spent in the same step. Each is stored as
-- the time (ms) at which it will be full again: one short string that expires by itself.

local PROOF_LIFE = 660000 -- ms a used proof is remembered: longer than its puzzle is valid
local PROOF_WITHIN = 30000 -- ms a client has for its proof before it resends the command without one

local SPENT -- by this call: {name, time}

-- Whether a new visitor lacks a proof of work. Refused attempts count too, so an ongoing attack stays detected.
local function unproved(name, most, period, visitor, proof)
  if redis.call('EXISTS', key('visitor', visitor)) == 1 then return false end
  local free = math.max(num(redis.call('GET', key('budget', name))), NOW)
  local after = free + period / num(most)
  redis.call('SET', key('budget', name), int(math.min(after, NOW + period)), 'PX', int(period))
  if after - NOW <= period then return false end
  return proof == '' or not redis.call('SET', key('proof', proof), '1', 'NX', 'PX', int(PROOF_LIFE))
end

-- Returns a refusal with the ms until there is room if a budget is too low for the call; nil if all have room.
function S.afford(budgets, visitor, proof)
  SPENT = {}
  for most, period, cost, code, name in string.gmatch(budgets or '', '(%d+) (%d+) (%d+) (%S+) (%S+)\n') do
    period = num(period)
    if code == 'proof_needed' then
      if unproved(name, most, period, visitor, proof or '') then return { '!', code, int(PROOF_WITHIN) } end
    else
      local free = math.max(num(redis.call('GET', key('budget', name))), NOW)
      local after = free + period / num(most) * num(cost)
      -- a cost above the whole budget is allowed when the budget is full, or the call could never succeed
      if after - NOW > period and free > NOW then return { '!', code, int(after - NOW - period + 1) } end
      SPENT[#SPENT + 1] = { name, after }
    end
  end
end

function S.spend()
  for _, one in ipairs(SPENT) do
    redis.call('SET', key('budget', one[1]), int(one[2]), 'PX', int(math.max(one[2] - NOW, 1)))
  end
end

-- Takes from the budgets of an API request, which follow the epoch, whatever the request's result. Returns a refusal if
-- one is too low.
function S.charge(epoch)
  local budgets = string.match(epoch, '\n(.*)$')
  local poor = budgets and S.afford(budgets)
  if poor then return poor end
  if budgets then S.spend() end
end

-- charge(): for a request that makes no other call to the store; its budgets come with the epoch.
verb('charge', function() return S.reply() end, { 'allow-oom' })

-- sockets(process, address, count, most): this process has `count` sockets of the address. Refused if all processes
-- together have more than `most`; a process's number counts for a minute.
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
