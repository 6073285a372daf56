"""What a PrusaLink answers, field by field, as the two programs do.

Buddy: Prusa-Firmware-Buddy 6.3.0, which leaves out what it does not know. MK3:
PrusaLink 0.8.1, which leaves out nulls in status but not in job.
"""

from typing import Any

from .machine import Machine

SERVER = "0.8.1"
MK3_STEP_S = 8.0
MK3_FOLDERS = {False: "/PrusaLink gcodes", True: "/SD Card"}
FILAMENT_G = 1.23
HARDWARE_ISSUE = "Firmware detected a hardware issue"


def version(machine: Machine) -> dict[str, Any]:
    """Return ``/api/version``."""
    common = {"api": "2.0.0", "capabilities": {"upload-by-put": True}}
    if machine.is_mk3:
        return common | {
            "server": SERVER,
            "original": "PrusaLink I3MK3S",
            "text": f"PrusaLink {SERVER}",
            "firmware": "3.14.1-8237",
            "sdk": SERVER,
            "hostname": "raspberry",
        }
    return common | {
        "server": "2.1.2",
        "nozzle_diameter": 0.4,
        "text": "PrusaLink",
        "hostname": "prusa-mk4",
    }


def info(machine: Machine, serial: str | None) -> dict[str, Any]:
    """Return ``/api/v1/info``."""
    common = {"nozzle_diameter": 0.4, "min_extrusion_temp": 170, "serial": serial}
    if machine.is_mk3:
        return common | {
            "name": "Peer MK3S",
            "location": "Bench",
            "hostname": "connect.prusa3d.com",
            "port": 0,
        }
    return common | {"mmu": False, "hostname": "prusa-mk4"}


def status(machine: Machine) -> dict[str, Any]:
    """Return ``/api/v1/status``."""
    hot = machine.run is not None
    printer: dict[str, Any] = {
        "state": machine.state,
        "temp_nozzle": 215.0 if hot else 24.0,
        "target_nozzle": 215.0 if hot else 0.0,
        "temp_bed": 60.0 if hot else 23.0,
        "target_bed": 60.0 if hot else 0.0,
        "axis_z": 1.8,
        "flow": 100,
        "speed": 100,
    }
    answer: dict[str, Any] = {"printer": printer}
    if machine.is_mk3:
        message = machine.trouble or "OK"
        printer["status_printer"] = {"ok": message == "OK", "message": message}
        local = {"path": "/local", "read_only": False, "name": "PrusaLink gcodes"}
        answer["storage"] = [local, {"path": "/sdcard", "read_only": True}]
    else:
        answer["storage"] = {"path": "/usb/", "name": "usb", "read_only": False}
    if machine.shows_job:
        times = {name: value for name, value in _times(machine).items() if value}
        answer["job"] = {"id": machine.job_id, "progress": _progress(machine), **times}
    return answer


def job(machine: Machine) -> dict[str, Any] | None:
    """Return ``/api/v1/job``, None where there is no job to tell of."""
    run = machine.run
    if run is None or not machine.shows_job:
        return None
    times = _times(machine)
    answer: dict[str, Any] = {
        "id": machine.job_id,
        "state": machine.state,
        "progress": _progress(machine),
        "time_printing": times["time_printing"] or 0,
    }
    if machine.is_mk3:
        path = f"{MK3_FOLDERS[run.on_sd]}/{run.filename}"
        name = path.rpartition("/")[2]
        file: dict[str, Any] = {"name": name, "display_name": name, "path": path}
        meta = {"filament used [g]": FILAMENT_G}
        file["meta"] = meta | {"estimated_print_time": round(run.duration_s)}
        answer["time_remaining"] = times["time_remaining"]
    else:
        folder, _, name = f"/usb/{run.filename}".rpartition("/")
        file = {"name": short(name), "display_name": name, "path": folder}
        if machine.state == "ATTENTION":
            answer["state"] = "PAUSED"
        if times["time_remaining"] is not None:
            answer["time_remaining"] = times["time_remaining"]
    return answer | {"file": file}


def legacy_job(machine: Machine, *, knows_name: bool) -> dict[str, Any]:
    """Return ``/api/job``; MK3 goes on to tell the last file when it is idle."""
    run = machine.run
    if machine.is_mk3:
        folder = MK3_FOLDERS[bool(run and run.on_sd)]
        path = machine.last_file and f"{folder}/{machine.last_file}"
        name = path.rpartition("/")[2] if path and knows_name else None
        file = {"name": name, "path": path if name else None, "display": name}
        return {"job": {"file": file}, "state": machine.state.capitalize()}
    if run is None or not machine.shows_job:
        return {"state": "Operational", "job": None, "progress": None}
    folder, _, name = f"/usb/{run.filename}".rpartition("/")
    file = {"name": name, "path": f"{folder}/{short(name)}", "display": name}
    return {"job": {"file": file}, "state": machine.state.capitalize()}


def short(name: str) -> str:
    """Return a file name as of FAT, eight characters and three."""
    base, _, ending = name.rpartition(".")
    letters = "".join(sign for sign in base.upper() if sign.isalnum() or sign == "_")
    return f"{letters[:6]}~1.{ending[:3].upper()}"


def _progress(machine: Machine) -> float:
    """Return whole percents."""
    return machine.run.progress() if machine.run else 0.0


def _times(machine: Machine) -> dict[str, int | None]:
    """Return seconds printed and left, None where they are not known yet.

    MK3 counts the time every 100 lines only, which takes seconds, and what is left in
    whole minutes.
    """
    run = machine.run
    assert run is not None
    elapsed_s = run.elapsed_s()
    left_s = run.duration_s - elapsed_s
    if machine.is_mk3:
        counted = int(elapsed_s // MK3_STEP_S * MK3_STEP_S)
        minutes = int(left_s // 60) * 60
        return {"time_printing": counted, "time_remaining": minutes}
    left = int(left_s) if run.progress() >= 1 else None
    return {"time_printing": int(elapsed_s), "time_remaining": left}
