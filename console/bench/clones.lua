#!lua name=sestetto_load
-- Fills a line in seconds: each clone is a chat as a real `open` left it, under ids and at a time of its own.
-- Nothing of it goes into the append-only file, so a store that was filled in this way must not be started again.

local WIDTH = 15 -- digits of an id after its first letter

local recipe -- what one open wrote, kept over calls: Python sends it once

local function int(x) return string.format('%.0f', x) end

-- A part is text, {variable} or {ms after the opening}.
local function text(parts, names, at)
  if type(parts) == 'string' then return parts end
  local out = {}
  for i, part in ipairs(parts) do
    if type(part) == 'string' then
      out[i] = part
    elseif part.id then
      out[i] = names[part.id]
    else
      out[i] = int(at + part.ms)
    end
  end
  return table.concat(out)
end

-- learn(recipe): JSON, a list of commands, each a list of words made of parts. RECORD key field value ... packs one.
redis.register_function('load_learn', function(_, args)
  recipe = cjson.decode(args[1])
  return #recipe
end)

-- clone(head; first, count, at, step, facts): clones number `first` and on, opened `step` ms after each other from `at`.
redis.register_function('load_clone', function(keys, args)
  redis.set_repl(redis.REPL_NONE)
  local first, count, at, step = tonumber(args[1]), tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  for number = first, first + count - 1 do
    local tail = string.format('%0' .. WIDTH .. 'd', number)
    local names =
      { chat = 'c' .. tail, visitor = 'v' .. tail, connection = 'w' .. tail, cid = 'load-cid' .. string.sub(tail, 2) }
    for _, command in ipairs(recipe) do
      local words = {}
      for i, parts in ipairs(command) do
        words[i] = text(parts, names, at + (number - first) * step)
      end
      if words[1] == 'RECORD' then
        local fields = {}
        for i = 3, #words, 2 do
          fields[words[i]] = words[i + 1]
        end
        redis.call('SET', words[2], cmsgpack.pack(fields))
      else
        redis.call(unpack(words))
      end
    end
  end
  redis.call('HINCRBY', keys[1], 'n', count * tonumber(args[5]))
  return count
end)
