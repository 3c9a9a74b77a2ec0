-- Which commands the account may not run. A server older than Redis 7 cannot tell, and refuses them one by one.
-- ARGV: names of commands
-- Returns the names of those that are refused.
local missing = {}
if redis.acl_check_cmd then
  for _, command in ipairs(ARGV) do
    local is_known, is_allowed = pcall(redis.acl_check_cmd, command)
    if is_known and not is_allowed then
      missing[#missing + 1] = command
    end
  end
end
return missing
