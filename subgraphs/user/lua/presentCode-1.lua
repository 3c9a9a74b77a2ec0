--[[
Uses up the verification code of an e-mail address, if it is the one presented. Too many wrong ones end it.

KEYS[1]  the address's verification
ARGV[1]  keyed hash of the code that is presented
ARGV[2]  how many wrong codes end the right one

Returns 1 when it was the code, which has been used up now; 0 when it was not, or there is none.
]]
local code = redis.call('HGET', KEYS[1], 'code')
if not code then
  return 0
end
if code == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
if redis.call('HINCRBY', KEYS[1], 'wrong', 1) >= tonumber(ARGV[2]) then
  redis.call('DEL', KEYS[1])
end
return 0
