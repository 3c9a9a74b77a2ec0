--[[
Counts an attempt at an account from a network from which it has signed in before.

KEYS[1]  the known networks of an account, as in rememberNetwork-1.lua
ARGV[1]  keyed hash of the network
ARGV[2]  how long a network is known after its last sign-in, in milliseconds
ARGV[3]  how many failures a window allows
ARGV[4]  the length of the window, in milliseconds

Returns 1 when the attempt is allowed; 0 when the network is not known to the account or has failed too often; or an error for an
entry that no script has written.
]]
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at, failures, endsAt = string.match(entry, '^(%d+) (%d+) (%d+)$')
if tonumber(at) > now + 60000 or tonumber(endsAt) > now + 60000 + tonumber(ARGV[4]) then
  return redis.error_reply('UNREADABLE network: an instant in the future')
end
if tonumber(at) + tonumber(ARGV[2]) <= now then
  return 0
end
if tonumber(endsAt) <= now then
  failures, endsAt = 0, now + tonumber(ARGV[4])
end
if tonumber(failures) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%s %.0f %.0f', at, failures + 1, endsAt))
return 1
