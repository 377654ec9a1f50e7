-- Several calls that one exchange brings for one workspace, run as one: the head is read once, and what they change is
-- written and pushed once. Only frequent verbs whose reads do not depend on what the calls before them have yet to write
-- may run so. They have no flags, as `joint` has none.

local JOINABLE = { visitor_say = true, agent_say = true, visitor_seen = true }

-- Runs one of the calls: `args` from `first` to `last` is its verb, its epoch with budgets, and its arguments. One that
-- fails does not stop the others: its changes are written, as those of a call by itself, and its reply is the error.
local function run(keys, args, first, last)
  local name, epoch, refused = args[first], args[first + 1], nil
  if N then -- an earlier one has read the head
    refused = S.other_epoch(epoch) or S.charge(epoch)
  else
    refused = S.enter(name, keys, epoch)
  end
  if refused then return refused end
  JOINT = true
  local good, reply = pcall(JOINABLE[name] and BODIES[name], unpack(args, first + 2, last))
  if good then return reply end
  S.flush()
  S.new_call()
  return { err = type(reply) == 'table' and reply.err or tostring(reply) }
end

-- joint(count, verb, epoch, argument, ..., count, verb, ...): `count` says how many of the words after it belong to the
-- call. Returns the calls' replies.
redis.register_function({
  function_name = 'joint_@VERSION@',
  callback = function(keys, args)
    local replies, at = {}, 1
    N = nil
    while at < #args do
      local last = at + num(args[at])
      replies[#replies + 1] = run(keys, args, at + 1, last)
      at = last + 1
    end
    if not N then return replies end
    S.flush()
    local due = S.next_due()
    for _, reply in ipairs(replies) do
      if reply[1] == 'ok' then reply[3] = due end
    end
    S.keep_read()
    return replies
  end,
})
