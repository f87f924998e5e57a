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
 * Properties that make one of four tries where that is enough: at narrower widths, which change
 * fewer lines than the full one has run with all tries, or at every width. With {@code -Dspikelane.tries=all}, as at night, they make all.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@AddLifecycleHook(value = FewerTries.OneOfFour.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
public @interface FewerTries {

    /** Whether one of four is enough at every width: what takes long and is far from kernels. */
    boolean always() default false;

    /** Leaves out the tries between; not while a failed one is made smaller. */
    @SuppressWarnings({"exports", "missing-explicit-ctor"})
    final class OneOfFour implements AroundTryHook {

        /** What a property has been through. */
        private static final class Run {
            private int count;
            private boolean failed;
        }

        @Override
        public TryExecutionResult aroundTry(TryLifecycleContext context, TryExecutor next, List<Object> parameters)
                throws Throwable {
            Run run = Store.getOrCreate(OneOfFour.class, Lifespan.PROPERTY, Run::new)
                    .get();
            if (!Tries.ALL && few(context) && !run.failed && run.count++ % 4 != 0) {
                return TryExecutionResult.satisfied();
            }
            TryExecutionResult result = next.execute(parameters);
            run.failed |= result.isFalsified();
            return result;
        }

        private static boolean few(TryLifecycleContext context) {
            return !Tries.FULL_WIDTH
                    || context.findAnnotation(FewerTries.class)
                            .or(() ->
                                    Optional.ofNullable(context.containerClass().getAnnotation(FewerTries.class)))
                            .orElseThrow()
                            .always();
        }
    }
}
