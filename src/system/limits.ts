/** The longest path of a Unix socket, bytes: sun_path holds 108 with its NUL (unix(7)). */
export const MAX_SOCKET_PATH_BYTES = 107

/** The longest delay of setTimeout and setInterval; with a longer one they fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1
