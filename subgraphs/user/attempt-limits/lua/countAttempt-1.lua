--[[
Rate limit: counts an attempt in a fixed window that begins with the first one. A refused attempt is not counted.

KEYS[1]  the counter
ARGV[1]  how many attempts a window allows
ARGV[2]  the length of the window, in milliseconds

Returns 0 when the attempt is allowed, else the milliseconds until the window ends (at least 1); or the error UNREADABLE for a
counter without an expiry, with a later one than a window has, or with a value that is not a count.
]]
local counted = redis.call('GET', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if counted and (not string.match(counted, '^%d+$') or #counted > 9 or left < 0 or left > tonumber(ARGV[2])) then
  return redis.error_reply('UNREADABLE counter of attempts')
end
local count = tonumber(counted or '0')
if count >= tonumber(ARGV[1]) then
  return math.max(left, 1)
end
redis.call('INCR', KEYS[1])
if count == 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
