/** Text that comes in pieces as the body of an answer: no piece is made before the reader has taken the one before. */
export function streamed(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      async pull(out) {
        const { value, done } = await pieces.next()
        if (done) out.close()
        else out.enqueue(encoder.encode(value))
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    { highWaterMark: 1 },
  )
}
