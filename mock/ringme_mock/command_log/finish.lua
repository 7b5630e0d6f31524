-- KEYS: identity of the log, image. ARGV: its number, beginning of all keys.
local last = redis.call('HGET', KEYS[1], 'image')
redis.call('PERSIST', KEYS[2])
redis.call('HSET', KEYS[1], 'image', ARGV[1])
if last and last ~= ARGV[1] then
  redis.call('UNLINK', ARGV[2] .. 'image:' .. last)
end
