const { env } = process

/** Where everything is; the defaults are those of services.example.yaml. */
export const settings = {
  host: env.HOST || '127.0.0.1',
  port: Number(env.PORT || 8000),
  databaseUrl: env.DATABASE_URL || 'postgres://postgres@127.0.0.1:54320/postgres',
  redisUrl: env.REDIS_URL || 'redis://127.0.0.1:63790',
}
