-- Which commands the account may not run. Each is called so that it changes nothing: on a key that is not there, or with a value that
-- the command itself refuses; a server checks the number of arguments first and then the rights. Never `redis.acl_check_cmd` with
-- fewer arguments than the command takes: that crashes Redis 7.0.
-- ARGV: names of commands
-- Returns the names of those that are refused. A command that is not listed below is not checked.
local KEY = '{rights}'
local CALLS = {
  decrby = {'x'},
  del = {},
  exists = {},
  get = {},
  hdel = {'f'},
  hexists = {'f'},
  hget = {'f'},
  hgetall = {},
  hincrby = {'f', 'x'},
  hmget = {'f'},
  hset = {'f', 'v', 'g'},
  info = false,
  mget = {},
  pexpire = {'x'},
  pttl = {},
  publish = {'x'},
  set = {'v', 'x'},
  time = false,
  unlink = {},
  zadd = {'x', 'm'},
  zcard = {},
  zrange = {'0', '0'},
  zrangebyscore = {'0', '0'},
  zrem = {'m'},
  zremrangebyscore = {'0', '0'},
  zscore = {'m'},
}

local function is_refused(command)
  local call = CALLS[command]
  if call == nil then
    return false
  end
  local reply = call and redis.pcall(command, KEY, unpack(call)) or redis.pcall(command)
  local error = type(reply) == 'table' and reply.err or ''
  -- "can't run this command" or "has no permissions to run"; what is said of keys reads otherwise.
  return string.find(error, 'run th', 1, true) ~= nil
end

local missing = {}
for _, command in ipairs(ARGV) do
  if is_refused(command) then
    missing[#missing + 1] = command
  end
end
return missing
