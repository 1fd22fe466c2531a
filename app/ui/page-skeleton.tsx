import { useLocation, useNavigation } from '@remix-run/react'
import { BlockStack, Card, SkeletonBodyText, SkeletonDisplayText, SkeletonPage } from '@shopify/polaris'
import { useEffect, useState, type ReactNode } from 'react'

// What comes faster than this needs none: it would only flicker.
const SLOW_MS = 300

/** The page; or a skeleton in its place, while the one that was asked for is slow to come. */
export function UnlessSlow({ children }: { children: ReactNode }) {
  const here = useLocation().pathname
  const { state, location } = useNavigation()
  const leaving = state === 'loading' && location.pathname !== here
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    if (!leaving) return
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [leaving])
  return leaving && slow ? <PageSkeleton /> : children
}

const PageSkeleton = () => (
  <SkeletonPage>
    <BlockStack gap="400">
      {[3, 6, 4].map((lines) => (
        <Card key={lines}>
          <BlockStack gap="400">
            <SkeletonDisplayText size="small" />
            <SkeletonBodyText lines={lines} />
          </BlockStack>
        </Card>
      ))}
    </BlockStack>
  </SkeletonPage>
)
