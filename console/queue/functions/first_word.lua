-- The automatic first word: given in the name of the agent who holds the chat, shortly before the target is missed,
-- unless they are typing or have given one. It promises that they will be back; it is not an answer.

local PROMISED = 30000 -- ms until they promise to be back, as with the first key of the console
local TYPES = 4000 -- ms that a typing signal counts; consoles send one every 3 s
local QUOTED, DIGITS = 80, 4 -- longest message that is quoted, in characters; digits from which on it is not

-- Returns when it is due, and the deadline before which it must be given; nil if none can be given. None is given after
-- a first word whose answer is still open, so none is given twice, whatever the visitor adds.
local function word_due(c)
  if c.place ~= 'active' or num(c.turn) == 0 or c.got == '0' or not S.instant(c) then return nil end
  if num(c.held) > 0 or num(c.promise) > 0 then return nil end
  local q, breaks = S.queue(c.queue), S.next_break(c)
  if q.automatic == 0 or not breaks or S.agent(c.agent).connected ~= '1' then return nil end
  return breaks - q.automatic, breaks
end

local function set(c, at)
  if at then
    S.timer('word', c.id, at)
    S.put(c, 'word', '1')
  elseif c.word == '1' then
    S.no_timer('word', c.id)
    S.put(c, 'word', '0')
  end
end

-- Sets the timer from the turn, its holder, and whether the holder is connected.
function S.time_word(c) set(c, (word_due(c))) end

function S.time_words(id)
  for _, chat in ipairs(S.in_hand(id)) do
    S.time_word(S.chat(chat))
  end
end

-- --- the words ------------------------------------------------------------------------------------

local OTHER_DIGITS = { '\217[\160-\169]', '\219[\176-\185]', '\224\165[\166-\175]', '\239\188[\144-\153]' }

-- Returns a message as it can be quoted; empty if it is long or may hold part of a card number.
local function quotable(text)
  local line = string.match(text, '^%s*(.-)%s*$')
  local _, length = string.gsub(line, '[^\128-\191]', '')
  local _, digits = string.gsub(line, '%d', '')
  for _, others in ipairs(OTHER_DIGITS) do
    local _, more = string.gsub(line, others, '')
    digits = digits + more
  end
  if length > QUOTED or digits >= DIGITS or string.find(line, '[\n{}]') then return '' end
  return line
end

-- The text of a message in the log.
local function text_of(c, seq)
  S.write_log(c)
  local json = num(seq) > 0 and redis.call('LINDEX', key('log', c.id), num(seq) - 1)
  return json and cjson.decode(json).text or ''
end

local function known_about(c, a)
  local name = (c.named or '') ~= '' and cjson.decode(c.named) or cjson.decode(S.profile(c)).visitor.name or ''
  return {
    first_name = string.match(name, '%S+') or '',
    agent = cjson.decode(a.name),
    question = quotable(text_of(c, c.asked_seq)),
  }
end

local function fits(phrase, known)
  for name in string.gmatch(phrase, '{([%l_]+)}') do
    if known[name] == '' then return false end
  end
  return true
end

-- Whether the text is this phrase, with any values filled in.
local function is_from(phrase, text)
  local pattern = string.gsub(phrase, '[%^%$%(%)%%%.%[%]%*%+%-%?]', '%%%0')
  return string.find(text, '^' .. string.gsub(pattern, '{[%l_]+}', '.+') .. '$') ~= nil
end

-- Returns a phrase of the queue in the visitor's language that fits and differs from the previous first word; or nil.
local function choose_words(c, a)
  local told = redis.call('HMGET', key('words', c.queue), (c.tongue or '') ~= '' and c.tongue or '-', '-')
  local list = told[1] or told[2]
  if not list then return nil end
  local known, last, fitting = known_about(c, a), text_of(c, c.worded), {}
  for _, phrase in ipairs(cjson.decode(list)) do
    if fits(phrase, known) then fitting[#fitting + 1] = phrase end
  end
  for i = 0, #fitting - 1 do
    local phrase = fitting[(num(c.seq) + i) % #fitting + 1]
    if not is_from(phrase, last) then return (string.gsub(phrase, '{([%l_]+)}', known)) end
  end
  return fitting[1] and (string.gsub(fitting[1], '{([%l_]+)}', known))
end

-- --- giving it --------------------------------------------------------------------------------------

local function give(c)
  local q, a = S.queue(c.queue), S.agent(c.agent)
  local text = not S.is_full(c) and choose_words(c, a)
  if not text then return end
  local turn = S.close_turn(c, q, 0, true)
  S.promise(c, PROMISED)
  S.hold(c, turn.asked)
  local seq = S.record(
    c,
    'message',
    '"by":"agent","turn":'
      .. turn.json
      .. ',"promise":'
      .. c.promise
      .. ',"automatic":true,"author":{"id":"'
      .. a.id
      .. '","name":'
      .. a.name
      .. '},"cid":"word-'
      .. c.id
      .. '-'
      .. int(num(c.seq) + 1)
      .. '","text":'
      .. cjson.encode(text)
  )
  S.put(c, 'worded', int(seq))
  S.clock(c)
  S.await_visitor(c, q)
  S.automatic_word(c, turn)
  S.refresh(c.agent)
end

-- It was due when the timer was set. Since then an answer, a transfer or a setting may have made it unwanted, or the
-- ticker may be late: after the target it would no longer be in time.
function S.fire_word(c)
  S.put(c, 'word', '0')
  local at, breaks = word_due(c)
  if not at or NOW >= breaks then return end
  local free = math.max(at, num(c.typed) + TYPES)
  if free <= NOW then return give(c) end
  if free < breaks then set(c, free) end
end
