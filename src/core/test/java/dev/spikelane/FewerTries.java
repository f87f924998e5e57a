package dev.spikelane;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.Store;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;

/**
 * A property with a quarter of its tries at narrower widths, where fewer lines are at risk, and fewer at full width if
 * {@link #fullWidth} says so. With {@code -Dspikelane.tries=all}, as at night, it makes all.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@AddLifecycleHook(value = FewerTries.OneOfSome.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
public @interface FewerTries {

    /** The divisor of tries at full width: four for slow properties far from kernels. */
    int fullWidth() default 1;

    /** Skips tries, but not while jqwik shrinks a failed one. */
    @SuppressWarnings({"exports", "missing-explicit-ctor"})
    final class OneOfSome implements AroundTryHook {

        private static final class Run {
            private int count;
            private boolean failed;
        }

        @Override
        public TryExecutionResult aroundTry(TryLifecycleContext context, TryExecutor next, List<Object> parameters)
                throws Throwable {
            Run run = Store.getOrCreate(OneOfSome.class, Lifespan.PROPERTY, Run::new)
                    .get();
            if (!run.failed && run.count++ % oneOf(context) != 0) {
                return TryExecutionResult.satisfied();
            }
            TryExecutionResult result = next.execute(parameters);
            run.failed |= result.isFalsified();
            return result;
        }

        private static int oneOf(TryLifecycleContext context) {
            if (Tries.ALL || !Tries.FULL_WIDTH) {
                return Tries.ALL ? 1 : Tries.ONE_OF;
            }
            return context.findAnnotation(FewerTries.class)
                    .or(() -> Optional.ofNullable(context.containerClass().getAnnotation(FewerTries.class)))
                    .orElseThrow()
                    .fullWidth();
        }
    }
}
