--[[
Reads when a key was last refused for good.

KEYS[1]  refused, in even periods
KEYS[2]  refused, in odd periods
KEYS[3]  since when refusals are remembered, where they may have been lost
ARGV[1]  order id

Returns { now, instant }, in milliseconds since 1970; instant 0 for never, as far as attempts matter that may still be admitted.
]]
-- @include "include/clock.lua"
-- @include "include/refusals.lua"

return { now, latest_refusal(now, KEYS[1], KEYS[2], KEYS[3], ARGV[1]) }
