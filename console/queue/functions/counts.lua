-- Counts made by calls. Each call appends its counts to a list for each queue and member. From time to time a whole
-- list is added to the figures: one command instead of ten. Readers of figures add what is still in the list.

local GATHERED = { q = 256, a = 32 } -- entries of a queue's and a member's list before they are added up
local LOG = nil -- of 1.02; `math` is not available while a library loads

local SPANS = { { 'm', 60000, 5400000 }, { 'h', 3600000, 93600000 } } -- name, length, and how long it is kept
local DATED = { -- a member's: scope -> key, field with the newest number, length, and how many are kept
  t = { 'times', 'hour', 3600000, 26 },
  l = { 'levels', 'day', 86400000, 15 },
}

function S.bucket(ms)
  LOG = LOG or math.log(1.02)
  return int(math.floor(math.log(math.max(ms, 1)) / LOG))
end

-- Adds one duration to the counts of a call. Kinds: a agents' replies, including holding replies; v the same as
-- visitors experienced them; r answers, measured from the question; f first responses; w waits; h handle times; u
-- wrap-up.
function S.sample(counted, kind, ms, within)
  counted[kind .. S.bucket(ms)] = 1
  if within then counted[kind .. 'w'] = 1 end
  return counted
end

-- Adds counts to a list, `q:<queue>` or `a:<member>`, in one of its parts: s the queue's spans, t and l a member's
-- hours and days, r reasons given after the end, by the time of that end.
local function count(list, part, counted)
  local parts = COUNTED[list]
  if not parts then
    parts = {}
    COUNTED[list] = parts
  end
  local all = parts[part]
  if not all then
    parts[part] = counted
    return counted
  end
  for field, by in pairs(counted) do
    all[field] = (all[field] or 0) + by
  end
  return all
end

-- `waited` is how long a visitor waited before they left. Like all of these functions, it may change `counted`.
function S.tally(queue, counted, waited)
  local all = count('q:' .. queue, 's', counted)
  if waited then all.patience = math.max(all.patience or 0, waited) end
end

-- What is also counted by channel: how its chats began, first words, answers, and the outcome of late ones.
local BY_CHANNEL = { opened = true, broke = true, held_left = true, late_ended = true, late_left = true }

-- Counts for the chat's queue, and for the chat's channel in it if that is not an instant one: `<channel>/<field>`.
function S.tally_chat(c, counted)
  local channel = S.channel_group(c)
  if channel then
    local own = {}
    for field, by in pairs(counted) do
      if BY_CHANNEL[field] or string.find(field, '^[vrf]w?%d*$') then own[channel .. '/' .. field] = by end
    end
    S.tally(c.queue, own)
  end
  S.tally(c.queue, counted)
end

-- `of` is the hour, if it is not the current one.
function S.measure(id, counted, of)
  if not of then return count('a:' .. id, 't', counted) end
  for field, by in pairs(counted) do
    count('a:' .. id, 't', { [int(of) .. ':' .. field] = num(by) })
  end
end

-- Counts something that came due, by the number of slots in use.
function S.level(id, what) count('a:' .. id, 'l', { [what .. int(S.used(S.agent(id)))] = 1 }) end

function S.count_reason(queue, id, ended, by)
  count('q:' .. queue, 'r', { [int(ended)] = by })
  count('a:' .. id, 'r', { [int(ended)] = by })
end

-- --- added up -----------------------------------------------------------------------------------------

-- What to add to a key. `given` holds {required field, field, by}: added only where the chat's end was counted.
local function sum_of(sums, name, life)
  local sum = sums[name]
  if not sum then
    sum = { counted = {}, given = {} }
    sums[name] = sum
  end
  sum.life = sum.life or life
  return sum
end

local function add_span(sums, queue, at, counted)
  for _, span in ipairs(SPANS) do
    local sum = sum_of(sums, key('times', queue .. ':' .. span[1] .. int(math.floor(at / span[2]))), span[3] + span[2])
    local all = sum.counted
    for field, by in pairs(counted) do
      if field == 'patience' then
        all[field] = math.max(all[field] or 0, by)
      else
        all[field] = (all[field] or 0) + by
      end
    end
  end
end

local function add_dated(sums, dated, id, at, counted)
  local now = math.floor(at / dated[3])
  local sum = sum_of(sums, key(dated[1], id), (dated[4] + 1) * dated[3])
  sum.last, sum.oldest, sum.counted[dated[2]] = dated[2], now - dated[4] + 1, now
  for field, by in pairs(counted) do
    local name = string.find(field, ':', 1, true) and field or int(now) .. ':' .. field
    sum.counted[name] = (sum.counted[name] or 0) + by
  end
end

local function add_reasons(sums, kind, id, counted)
  for ended, by in pairs(counted) do
    ended = num(ended)
    if kind == 'a' then
      local hour, given = int(math.floor(ended / 3600000)), sum_of(sums, key('times', id)).given
      given[#given + 1] = { hour .. ':c', hour .. ':cr', by }
    else
      for _, span in ipairs(SPANS) do
        local given = sum_of(sums, key('times', id .. ':' .. span[1] .. int(math.floor(ended / span[2])))).given
        given[#given + 1] = { 'to_label', 'labelled', by }
      end
    end
  end
end

-- Returns the list's counts as key -> what to add, and the feed's number at its last entry.
local function gathered(list)
  local sums, kind, id, last = {}, string.sub(list, 1, 1), string.sub(list, 3), nil
  for _, packed in ipairs(redis.call('LRANGE', key('counts', list), 0, -1)) do
    local at, n, parts = cmsgpack.unpack(packed)
    last = n
    for part, counted in pairs(parts) do
      if part == 's' then
        add_span(sums, id, at, counted)
      elseif part == 'r' then
        add_reasons(sums, kind, id, counted)
      else
        add_dated(sums, DATED[part], id, at, counted)
      end
    end
  end
  return sums, last
end

-- Removes old entries from a member's figures.
local function without_old(fields, sum)
  for field in pairs(fields) do
    if field ~= sum.last and num(string.match(field, '^(%d+):')) < sum.oldest then fields[field] = nil end
  end
end

-- Adds `sum` to a key's figures. `before` holds all of them, or the fields concerned.
local function added(before, sum)
  if sum.last and num(before[sum.last]) ~= sum.counted[sum.last] then
    without_old(before, sum)
    without_old(sum.counted, sum)
  end
  for field, by in pairs(sum.counted) do
    local was = num(before[field])
    if field == 'patience' then
      by = math.max(was, by)
    elseif field ~= sum.last then
      by = was + by
    end
    before[field] = int(by)
  end
  for _, one in ipairs(sum.given) do
    if before[one[1]] then before[one[2]] = int(num(before[one[2]]) + one[3]) end
  end
  return before
end

-- Returns a key's figures as a flat list.
local function figures(name, sums)
  if not sums[name] then return redis.call('HGETALL', name) end
  local flat = {}
  for field, value in pairs(added(hash(name), sums[name])) do
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  return flat
end

-- Returns the key's fields that `sum` changes.
local function fields_of(name, sum)
  local fields, before = {}, {}
  for field in pairs(sum.counted) do
    fields[#fields + 1] = field
  end
  for _, one in ipairs(sum.given) do
    fields[#fields + 1] = one[1]
    fields[#fields + 1] = one[2]
  end
  for from = 1, #fields, PARTS do
    local upto = math.min(from + PARTS - 1, #fields)
    for i, value in ipairs(redis.call('HMGET', name, unpack(fields, from, upto))) do
      before[fields[from + i - 1]] = value or nil
    end
  end
  return before
end

-- Deletes a member's old figures when a new hour or day begins.
local function turn_over(name, sum)
  for _, field in ipairs(redis.call('HKEYS', name)) do
    if num(string.match(field, '^(%d+):')) < sum.oldest then redis.call('HDEL', name, field) end
  end
end

-- Adds everything in the list to the figures.
local function add_up(list)
  local sums, last = gathered(list)
  for name, sum in pairs(sums) do
    local before = fields_of(name, sum)
    local turns = sum.last and num(before[sum.last]) ~= sum.counted[sum.last]
    if turns then turn_over(name, sum) end
    local new, flat = not next(before), {}
    for field, value in pairs(added(before, sum)) do
      flat[#flat + 1] = field
      flat[#flat + 1] = value
    end
    in_parts('HSET', name, flat)
    if sum.life and (new or turns) then redis.call('PEXPIRE', name, int(sum.life)) end
  end
  local queue = string.match(list, '^q:(.*)$')
  if queue and last then redis.call('HSET', key('queue', queue), 'counted', int(last)) end
  redis.call('DEL', key('counts', list))
end

-- Appends what this call has counted so far.
function S.write_counts()
  for list, parts in pairs(COUNTED) do
    local length = redis.call('RPUSH', key('counts', list), cmsgpack.pack(NOW, N, parts))
    if length >= GATHERED[string.sub(list, 1, 1)] then add_up(list) end
  end
  COUNTED = {}
end

-- Deletes the counts of a member who is removed.
function S.uncount(id)
  COUNTED['a:' .. id] = nil
  redis.call('DEL', key('counts', 'a:' .. id), key('times', id), key('levels', id))
end

-- --- read -----------------------------------------------------------------------------------------------

-- Returns a member's figures by hour and by day, each as a flat list.
function S.member_figures(id)
  local sums = gathered('a:' .. id)
  return figures(key('times', id), sums), figures(key('levels', id), sums)
end

-- Returns the queue's spans that are still kept and did not end before `since` (ms), as {name, fields}.
function S.spans(queue, since)
  local found, sums = {}, gathered('q:' .. queue)
  for _, span in ipairs(SPANS) do
    local now = math.floor(NOW / span[2])
    for at = math.max(now - math.floor(span[3] / span[2]) + 1, math.floor(since / span[2])), now do
      local name = span[1] .. int(at)
      local fields = figures(key('times', queue .. ':' .. name), sums)
      if #fields > 0 then found[#found + 1] = { name, fields } end
    end
  end
  return found
end

-- Returns the feed's number at the queue's last count, if that is still in its list, else 0.
function S.counted_at(queue)
  local packed = redis.call('LINDEX', key('counts', 'q:' .. queue), -1)
  if not packed then return 0 end
  local _, n = cmsgpack.unpack(packed)
  return n
end
