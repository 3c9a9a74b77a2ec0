--[[
Ends a claim on the verification of an e-mail address. A claim that has ended before is not changed.

KEYS[1]  the address's verification, as in keepCode-1.lua
ARGV[1]  the name of the claim
ARGV[2]  1 when the code was used: all codes of the address end. 0 when it was not: all work again

Returns 1 when the claim was there, else 0.
]]
local claim = redis.call('HGET', KEYS[1], 'claim')
if not claim or string.match(claim, '^%S+') ~= ARGV[1] then
  return 0
end
if ARGV[2] == '1' then
  return redis.call('DEL', KEYS[1])
end
return redis.call('HDEL', KEYS[1], 'claim')
