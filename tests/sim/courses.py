# SPDX-License-Identifier: ISC
"""Courses: what takes its time on a real pool, as named steps that a test can stop at.

A course stands at "before" when it is made and has done nothing. A test drives it in its own
thread (`to`, `finish`: at once, whatever the times), or somebody runs it (`Courses.run`), each step
at its time multiplied by the pool's `scale`; with a scale of 0 the steps follow each other at once.
A Hold that waits for such a course stops it at a step until it is told to go on: so no test has to
hit a moment by sleeping. Knows nothing of what the steps do.
"""
import threading
import time

BEFORE = "before"
WAIT = 30


class Step:
    """`at` is seconds from the course's begin on a real pool; `act()` does it."""

    def __init__(self, name, at, act=None):
        self.name = name
        self.at = at
        self.act = act


class Course:
    """`returns` is the step after which the call that began the course is answered (default: the
    last). `at` is the step where it stands. `subject` is the VM or pool that it happens to."""

    def __init__(self, name, subject, steps, returns=None):
        self.name = name
        self.subject = subject
        self.at = BEFORE
        self.returns = returns or steps[-1].name
        self.result = ""
        self.error = None
        self._left = list(steps)
        self.names = [BEFORE] + [step.name for step in steps]

    def __repr__(self):
        return f"<{self.name} of {self.subject!r} at {self.at}>"

    @property
    def over(self):
        return self.at == self.names[-1]

    @property
    def next(self):
        return self._left[0] if self._left else None

    def step(self):
        """Do the next step."""
        step = self._left.pop(0)
        if step.act:
            step.act()
        self.at = step.name

    def to(self, name):
        """Do the steps up to and with that one, at once; gives the course."""
        self._must_have(name)
        while self.at != name:
            self.step()
        return self

    def finish(self):
        """Do all that is left, at once."""
        while not self.over:
            self.step()
        return self

    def has(self, name):
        """True when it stands at a step or will come to it."""
        return name == self.at or name in [step.name for step in self._left]

    def _must_have(self, name):
        if not self.has(name):
            raise ValueError(f"{self!r} does not come to {name!r}; its steps: {self.names}")


class Hold:
    """Stops the first course of a name (and subject) that somebody runs at a step of it."""

    def __init__(self, courses, name, step, subject):
        self.name = name
        self.subject = subject
        self.course = None
        self._courses = courses
        self._step = step

    def fits(self, course):
        return (self.course is None and self.name == course.name
                and self.subject in (None, course.subject))

    @property
    def reached(self):
        return self.course is not None and self.course.at == self._step

    def stops(self):
        """True while the course must not go on."""
        return self.course is not None and self._step == self.course.at

    def wait(self, timeout=WAIT):
        """Wait until the course stands at the step; gives the course."""
        with self._courses.changed:
            if not self._courses.changed.wait_for(lambda: self.reached, timeout):
                raise TimeoutError(f"nothing came to {self._step!r} of {self.name}")
            return self.course

    def move(self, step, timeout=WAIT):
        """Let the course go on to another step, and wait until it stands there."""
        with self._courses.changed:
            if self.course:
                self.course._must_have(step)
            self._step = step
            self._courses.changed.notify_all()
        return self.wait(timeout)

    def release(self):
        """Let the course go on to its end; it has not ended when this returns."""
        with self._courses.changed:
            self._step = None
            self._courses.changed.notify_all()

    def finish(self, timeout=WAIT):
        """Let the course go on, and wait until it has ended."""
        self.release()
        with self._courses.changed:
            if not self._courses.changed.wait_for(lambda: self.course and self.course.over,
                                                  timeout):
                raise TimeoutError(f"{self.name} does not end")


class Courses:
    """Runs the courses of a pool; owns their threads until `stop`."""

    def __init__(self, pool):
        self.changed = threading.Condition()
        self._pool = pool
        self._holds = []
        self._threads = []
        self._stopping = False

    def hold(self, name, step, subject=None):
        made = Hold(self, name, step, subject)
        with self.changed:
            self._holds.append(made)
        return made

    @property
    def slow(self):
        """True when a course may take its time."""
        return bool(self._pool.scale or any(hold.course is None for hold in self._holds))

    def run(self, course):
        """Run a course; returns when its call is to be answered, while the rest goes on."""
        with self.changed:
            hold = next((each for each in self._holds if each.fits(course)), None)
            if hold:
                hold.course = course
                self.changed.notify_all()
        if not hold and not self._pool.scale:
            course.finish()
            return course.result
        returned = threading.Event()
        self.spawn(lambda: self._run(course, hold, returned))
        returned.wait()
        if course.error:
            raise course.error
        return course.result

    def spawn(self, function):
        """A thread of the pool's, which must end when the pool stops."""
        thread = threading.Thread(target=function, daemon=True, name="course")
        with self.changed:
            thread.start()
            self._threads.append(thread)
        return thread

    def stop(self):
        """Let no course wait any more, and wait for the threads."""
        with self.changed:
            self._stopping = True
            self.changed.notify_all()
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(WAIT)

    def _run(self, course, hold, returned):
        started = time.monotonic()
        try:
            while True:
                started += self._held(hold)
                if course.over or self._stopping:
                    return
                self._pool.pause(started + course.next.at * self._pool.scale - time.monotonic())
                if self._stopping:
                    return
                course.step()
                if course.at == course.returns:
                    returned.set()
                with self.changed:
                    self.changed.notify_all()
        except Exception as error:
            # The VM may have gone meanwhile; who began the course is told, if still there.
            course.error = error
        finally:
            returned.set()

    def _held(self, hold):
        """Stay as long as a hold wants; gives how long that was, which the times do not count."""
        since = time.monotonic()
        with self.changed:
            self.changed.wait_for(lambda: self._stopping or not (hold and hold.stops()))
        return time.monotonic() - since
