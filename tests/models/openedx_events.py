"""Events of Open edX of each kind that its event-routing-backends converts, whole ones and broken ones."""

import json

LEFT_OUT = "left out"
COURSE = "course-v1:ACME+C101+2026"
BLOCK = "block-v1:ACME+C101+2026+type@{}+block@{}"
PROBLEM = BLOCK.format("problem", "3fc5461f")
VIDEO = {"id": "v1", "code": "html5", "duration": 194.5, "current_time": 3.0936, "currentTime": 4, "old_time": 1,
         "new_time": 22.12345, "old_speed": "1.0", "new_speed": "1.25"}
GRADES = {"user_id": "3", "block_id": BLOCK.format("sequential", "s1"), "problem_id": PROBLEM, "weighted_earned": 2,
          "weighted_possible": 3, "weighted_total_earned": 2.5, "weighted_total_possible": 4.0, "percent_grade": 0.07,
          "letter_grade": "Pass"}
THREAD = {"id": "64abcdfe", "title": "Why \u00e9?", "thread_type": "question", "vote_value": "up",
          "discussion": {"id": "64d1df08"}, "body": "..."}
EXAM = {"exam_id": 1, "exam_content_id": BLOCK.format("sequential", "x1"), "exam_name": "Midterm",
        "exam_default_time_limit_mins": 60, "attempt_id": 7, "attempt_started_at": "2026-11-24T09:00:00+00:00",
        "attempt_completed_at": None, "attempt_code": "438AD672-DE2C-4F0B-8876-35444E7DD746",
        "attempt_event_elapsed_time_secs": 1368.7657}
PAGE = {"target_url": "https://campus.example/courses/x", "current_url": "https://campus.example/", "target_name": "Lesson 3",
        "id": BLOCK.format("sequential", "s2"), "tab_count": 10, "current_tab": 4, "target_tab": 8}


def submission(answer, **parts):
    return {"question": "What?", "answer": answer, "response_type": "choiceresponse", "input_type": "radiogroup",
            "correct": True, "variant": "", **parts}


CHECK = {"problem_id": PROBLEM, "attempts": 2, "grade": 1, "max_grade": 3, "success": "incorrect",
         "answers": {"3fc5461f_2_1": "choice_1", "q": ["a", None, 1.5]}, "submission": {"3fc5461f_2_1": submission(["a", "b\u00e9\""])}}
SEVERAL = {**CHECK, "submission": {"3fc5461f_2_1": submission("blue"), "3fc5461f_3_1": submission(["a", 2, 1e22], correct=False),
                                   "3fc5461f_4_1": submission(None, response_type="stringresponse", correct=None)}}
VIDEO_KINDS = ["load_video", "play_video", "stop_video", "pause_video", "complete_video", "seek_video", "hide_transcript",
               "show_transcript", "speed_change_video", "video_hide_cc_menu", "video_show_cc_menu"] + [
    f"edx.video.{kind}" for kind in ("loaded", "played", "stopped", "paused", "completed", "position.changed", "transcript.hidden",
                                     "transcript.shown", "closed_captions.hidden", "closed_captions.shown")]
KINDS = [("browser", name, VIDEO) for name in VIDEO_KINDS] + [
    ("server", f"edx.course.{kind}", {"mode": "audit", "user_id": 9}) for kind in (
        "enrollment.activated", "enrollment.deactivated", "enrollment.mode_changed", "grade.passed.first_time",
        "grade.now_passed", "grade.now_failed")] + [
    ("server", f"edx.grades.{kind}", GRADES) for kind in (
        "subsection.grade_calculated", "course.grade_calculated", "problem.submitted")] + [
    ("server", "edx.completion.block_completion.changed", {"block_id": PROBLEM, "completion": 0.07})] + [
    ("server", f"edx.special_exam.{kind}.attempt.{what}", EXAM)
    for kind in ("timed", "practice", "proctored") for what in ("created", "submitted")] + [
    ("server", f"edx.forum.{kind}", THREAD) for kind in (
        *(f"{what}.{how}" for what in ("thread", "response", "comment")
          for how in ("created", "deleted", "edited", "reported", "unreported")),
        "thread.viewed", "thread.voted", "response.voted")] + [
    ("browser", f"edx.ui.lms.{kind}", PAGE) for kind in (
        "link_clicked", "outline.selected", "sequence.outline.selected", "sequence.next_selected",
        "sequence.previous_selected", "sequence.tab_selected")] + [
    ("server", "showanswer", {"problem_id": PROBLEM}), ("server", "edx.problem.completed", {"problem_id": PROBLEM}),
    ("server", "edx.problem.hint.demandhint_displayed", {"module_id": PROBLEM, "hint_index": 0, "hint_len": 2}),
    ("server", "problem_check", CHECK), ("server", "problem_check", SEVERAL),
    ("browser", "problem_check", "input_3fc5461f_2_1%5B%5D=choice_0&input_3fc5461f_2_1=choice_2"),
    ("server", "edx.bookmark.added", {"bookmark_id": "ada,block"}), ("browser", "made_up", {})]
# Of every kind.
TRIED = {
    ("time",): [LEFT_OUT, None, "", "2026-11-24T09:13:00+00:00", "2026-11-24T09:13:00.5Z", "2026-11-24T09:13:00.123456+05:30",
                "2026-11-24T09:13:00", "yesterday"],
    ("session",): [LEFT_OUT, None, "", "x\u00e9"],
    ("username",): [LEFT_OUT, ""],
    ("referer",): [LEFT_OUT, None, "https://x.example/?a=1&activate_block_id=block-v1%3Aa+b%2Bc#f"],
    ("context",): [{}, {"user_id": 5}],
    ("context", "user_id"): [LEFT_OUT, None, 0, "17"],
    ("context", "course_id"): ["ccx-v1:ACME+C101+2026+ccx@1"],
    ("context", "path"): ["/api/discussion/v1/threads/64abcdfe/", "/64abcdfe/64abcdfe//"],
}
# Of kinds whose event has that member.
TRIED_INSIDE = {
    "user_id": [LEFT_OUT, "7"], "duration": [LEFT_OUT, None, 0, 195, "12.34567", 3661.5, 90061.000001, 59.9996],
    "current_time": [LEFT_OUT, None, 0, 1e-7], "old_time": [LEFT_OUT, None, 0], "old_speed": ["2"],
    "mode": [LEFT_OUT, None, "", "h\u00f6nor"], "weighted_earned": [None, 0, 5, 3, -1], "weighted_possible": [None, 0, 0.0],
    "weighted_total_earned": [0.0, 4.0], "weighted_total_possible": [0, None], "percent_grade": [0, 1, None, 1.05],
    "letter_grade": [LEFT_OUT, "", None, "\u00c4"], "completion": [0, 0.0, 1, 1.0, 0.29, 0.57], "title": [LEFT_OUT, "", None],
    "thread_type": [LEFT_OUT, None], "discussion": [LEFT_OUT, None, {}, {"id": None}], "id": [LEFT_OUT, None, "", "a b"],
    "exam_default_time_limit_mins": [None, 0], "attempt_completed_at": ["2026-11-24T10:00:00+00:00"], "attempt_id": [None, 0],
    "target_url": [LEFT_OUT, None], "tab_count": [None, 0], "current_tab": [None, 0], "problem_id": [LEFT_OUT, None, "p"],
    "hint_index": [1, 12], "attempts": [LEFT_OUT, 0, None, 1], "grade": [None, 0, 3, 4, 1.5], "max_grade": [None, 0, 2.5],
    "success": [LEFT_OUT, "correct"], "answers": [LEFT_OUT, {}, None, ["a"], "text"],
    "submission": [LEFT_OUT, None, {}, {"x": submission("it's")}, {"x": submission({"a": ["it's", None, True, 1.0, 12, "\"q\" it's\n\\"]})},
                   {"x": submission("a", response_type="", correct="yes")}, {"x": submission("a", response_type="numericalresponse", correct=0)},
                   {"x": submission("a", question="")}, {"x": submission(True), "y": submission(1.50, correct=None)},
                   {"x": submission("a", response_type="made_up"), "y": submission(7)}],
}


def course_of(event):
    context = event.get("context")
    return context.get("course_id") if isinstance(context, dict) else None


def is_given_up(event):
    """Whether event-routing-backends fails for want of what its statement has no place for, or could do without."""
    checks, is_exam = event["name"] == "problem_check", "special_exam" in event["name"]
    return checks and not event.get("referer") or (checks or is_exam) and not course_of(event)


def changed(event, path, value):
    copy = json.loads(json.dumps(event))
    inner = copy
    for key in path[:-1]:
        inner = inner.get(key)
    if not isinstance(inner, dict):
        return None
    if value == LEFT_OUT:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = value
    return copy


def of_kind(source, kind, event):
    whole = {"name": kind, "username": "ada", "ip": "10.0.0.7", "agent": "Mozilla/5.0", "host": "campus.example",
             "referer": "https://campus.example/xblock/x?show_title=0", "accept_language": "en",
             "context": {"course_id": COURSE, "org_id": "ACME", "path": "/event", "user_id": 5,
                         "module": {"display_name": "Checkboxes", "usage_key": PROBLEM}},
             "time": "2026-11-24T09:13:00.123456+00:00", "page": None, "event_source": source,
             "session": "0123456789abcdef0123456789abcdef", "event_type": kind, "event": event}
    yield whole
    if not isinstance(event, str):
        yield {**whole, "event": json.dumps(event)}
    bus = {key: value for key, value in whole.items() if key not in ("event", "time", "event_type", "event_source")}
    yield {**bus, "data": event, "timestamp": whole["time"], "context": {**whole["context"], "event_source": source}}
    for path, values in TRIED.items():
        for value in values:
            yield changed(whole, path, value)
    for key in event if isinstance(event, dict) else []:
        for value in TRIED_INSIDE.get(key, []):
            yield changed(whole, ("event", key), value)


def by_kind():
    return [[event for event in of_kind(*kind) if event is not None] for kind in KINDS]


def events():
    return [event for some in by_kind() for event in some]
