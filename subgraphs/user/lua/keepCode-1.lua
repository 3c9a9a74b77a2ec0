--[[
Keeps the verification code of an e-mail address. It takes the place of an earlier one.

KEYS[1]  the address's verification
ARGV[1]  keyed hash of the code
ARGV[2]  how long the code works, in milliseconds

Returns 1.
]]
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'code', ARGV[1], 'wrong', 0)
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
