-- A breather: for at most two minutes an agent who is online gets no new chat and keeps those they hold.

local LONGEST_BREATHER = 120000 -- ms
local HOUR = 3600000

-- Returns the starts within the last hour, as text, and their number.
local function latest_breathers(a)
  local kept = {}
  for at in string.gmatch(a.breathers or '', '%d+') do
    if num(at) > NOW - HOUR then kept[#kept + 1] = at end
  end
  return table.concat(kept, ' '), #kept
end

-- Ends it: the agent gets chats again, or will by what follows. The caller records the fact.
function S.end_breather(a)
  if not S.breathes(a) then return end
  S.put(a, 'breather', '0')
  S.no_timer('breather', a.id)
end

local function start(a, cid, ms, most)
  local kept, count = latest_breathers(a)
  if count >= most then return refuse('no_breather') end
  S.put_all(a, {
    breather = int(NOW + math.min(ms, LONGEST_BREATHER)),
    breathers = (kept ~= '' and kept .. ' ' or '') .. STAMP,
    breather_cid = cid,
  })
  S.measure(a.id, { br = 1 })
  S.timer('breather', a.id, num(a.breather))
end

function S.after_breather(a)
  S.end_breather(a)
  S.say_agent(a.id)
  S.refresh(a.id)
  S.route_agent(a.id)
end

-- breathe(agent, fence, cid, ms, most): 0 ms ends it. At most `most` within an hour; a running one is not extended.
verb('breathe', function(id, fence, cid, ms, most)
  if S.fenced(id, fence) then return refuse('taken_over') end
  local a = S.agent(id)
  if num(ms) == 0 then
    if S.breathes(a) then S.after_breather(a) end
  elseif not S.breathes(a) and a.breather_cid ~= cid then
    if a.status ~= 'online' then return refuse('nothing_to_do') end
    local refused = start(a, cid, num(ms), num(most))
    if refused then return refused end
    S.say_agent(id)
    S.refresh(id)
  end
  return S.reply('0', STAMP, '')
end, { 'allow-oom' })
