-- The expected wait of a chat: how many chats go first, how long that takes, and whether the estimate was right.

local SOME_MEMBERS = 16 -- members whose lanes are read; if more are online, these are a sample
local SOME_CHATS = 100 -- chats ahead that are read one by one; if there are more, each lane is counted separately
local RIGHT_WITHIN, RIGHT_SHARE = 5000, 0.2 -- a wait is as expected within this many ms, or this share of the estimate
local LEARNS = 10 -- the newest wait makes up a tenth of a queue's pace

local function online_in(queue) return redis.call('ZCOUNT', key('staff', queue), '(' .. STAMP, '+inf') end

-- Returns the lanes of the members online in these queues, as text -> how many members have exactly these.
local function teams(c)
  local found, seen = {}, {}
  for queue in S.reached(c) do
    local ids = redis.call('ZRANGEBYSCORE', key('staff', queue), '(' .. STAMP, '+inf', 'LIMIT', 0, SOME_MEMBERS)
    local each = #ids == SOME_MEMBERS and online_in(queue) / SOME_MEMBERS or 1
    for _, id in ipairs(ids) do
      local lanes = not seen[id] and S.lanes_text(id)
      if lanes then found[lanes] = (found[lanes] or 0) + each end
      seen[id] = true
    end
  end
  return found
end

-- Counts the members online who may have the chat, and for each lane those of them who serve it.
local function servers(c)
  local count, serve, own = 0, {}, {}
  for queue in S.reached(c) do
    own[S.lane(c, queue)] = true
  end
  for lanes, members in pairs(teams(c)) do
    local theirs, may = {}, false
    for lane in string.gmatch(lanes, '%S+') do
      theirs[#theirs + 1] = lane
      may = may or own[lane]
    end
    if may then
      count = count + members
      for _, lane in ipairs(theirs) do
        serve[lane] = (serve[lane] or 0) + members
      end
    end
  end
  return count, serve, own
end

-- Returns {key, lane} of the lists with chats that go before this one, and an upper bound of their number.
local function lists_before(c, serve)
  local found, most = {}, 0
  for lane in pairs(serve) do
    -- A freed slot never gets a chat that agents take, so such chats do not delay others.
    for _, kind in ipairs(c.kind == 'pull' and TO_PULL or ROUTED) do
      local name = key(kind, lane)
      local count = redis.call('ZCOUNT', name, '-inf', c.rank)
      if count > 0 then found[#found + 1] = { name, lane } end
      most = most + count
    end
  end
  return found, most
end

-- Returns one plus the chats that go first, in hundredths. Each counts by the share of its possible members who may
-- have this chat too. Returns nil while nobody who may have the chat is online.
local function places(c)
  local count, serve, own = servers(c)
  if count == 0 then return nil end
  local function weight(lane)
    if own[lane] then return 100 end
    local all = math.max(online_in(string.match(lane, '^[^/]+')), 1)
    return math.min(math.floor(100 * serve[lane] / all), 100)
  end
  local lists, most = lists_before(c, serve)
  local total, heaviest = 100, {}
  for _, list in ipairs(lists) do
    local each = weight(list[2])
    if most > SOME_CHATS then
      total = total + each * redis.call('ZCOUNT', list[1], '-inf', '(' .. c.rank)
    else
      local flat = redis.call('ZRANGEBYSCORE', list[1], '-inf', c.rank, 'WITHSCORES')
      for i = 1, #flat, 2 do
        local id = flat[i]
        if num(flat[i + 1]) < num(c.rank) or id < c.id then heaviest[id] = math.max(heaviest[id] or 0, each) end
      end
    end
  end
  for _, each in pairs(heaviest) do
    total = total + each
  end
  return total
end

local function pace_of(queue) return num(redis.call('HGET', key('queue', queue), 'pace')) end

-- Stores the expected wait of a chat that starts to wait.
function S.expect(c)
  local ahead = places(c) or 0
  S.put(c, 'places', int(ahead))
  S.put(c, 'expected', int(ahead * pace_of(c.queue) / 100))
end

-- Call when the wait is over. Returns the expectation, as members of the fact, and counts whether it was right.
-- Visitors who `left` count only if they had waited longer than expected: for the others the outcome is unknown.
function S.compare(c, waited, left)
  local expected = num(c.expected)
  if expected == 0 then return '' end
  local margin, told = math.max(RIGHT_WITHIN, expected * RIGHT_SHARE), ',"expected":' .. c.expected
  local wrong = waited > expected + margin or (not left and waited < expected - margin)
  if left and not wrong then return told end
  S.tally(c.queue, { expected = 1, right = not wrong and 1 or nil })
  return told .. ',"estimate":"' .. (wrong and 'wrong' or 'right') .. '"'
end

-- Updates the pace: how long chats of the queue wait for each place. Returns it, as a member of the fact.
function S.learn(c, waited)
  local ahead = num(c.places)
  if ahead == 0 then return '' end
  local newest, pace = waited * 100 / ahead, pace_of(c.queue)
  pace = math.max(math.floor(pace == 0 and newest or (pace * (LEARNS - 1) + newest) / LEARNS), 1)
  redis.call('HSET', key('queue', c.queue), 'pace', int(pace))
  return ',"pace":' .. int(pace)
end
