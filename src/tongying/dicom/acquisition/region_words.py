"""Words from which the part of the body is told: the standard's terms, English, Chinese.

Names of `Region`; a word with none is listed so that its characters are not read as another.
"""

from __future__ import annotations

from typing import Final

FETAL_WORDS: Final = ("胎儿", "产前", "fetal", "fetus", "foetal", "foetus", "prenatal")

_TERMS: Final[dict[tuple[str, ...], str]] = {
    ("head",): (
        "BRAIN CEREBELLUM CHEEK CIRCLEOFWILLIS CORNEA EAR EYE EYELID FACE HEAD IAC JAW MAXILLA"
        " MANDIBLE MOUTH NOSE ORBIT PAROTID PITUITARY SCALP SCLERA SINUS SKULL TMJOINT TONGUE"
        " ZYGOMA"
    ),
    ("neck",): "CAROTID LARYNX NECK PHARYNX SUBMANDIBULAR THYROID TRACHEA",
    ("chest",): (
        "AXILLA BREAST BRONCHUS CHEST ESOPHAGUS LUNG MEDIASTINUM RIB STERNUM THORAX THYMUS"
    ),
    ("heart",): "CORONARYARTERY HEART",
    ("abdomen",): (
        "ABDOMEN ADRENAL BILEDUCT COLON DUODENUM GALLBLADDER ILEUM JEJUNUM LIVER PANCREAS"
        " SMALLINTESTINE SPLEEN STOMACH"
    ),
    ("urinary",): "BLADDER KIDNEY URETER URETHRA",
    ("pelvis",): (
        "CERVIX COCCYX ILIUM OVARY PELVIS PENIS PERINEUM PROSTATE RECTUM SCROTUM TESTIS UTERUS"
        " VAGINA VULVA"
    ),
    ("spine",): "BACK CSPINE CTSPINE LSPINE LSSPINE SPINE SSPINE TLSPINE TSPINE",
    ("hip",): "HIP",
    ("upper-limb",): (
        "ARM CLAVICLE ELBOW FINGER FOREARM HAND HUMERUS RADIUS SCAPULA SHOULDER THUMB ULNA WRIST"
    ),
    ("lower-limb",): "ANKLE CALCANEUS CALF FEMUR FIBULA FOOT KNEE LEG PATELLA THIGH TIBIA TOE",
    ("whole-body",): "WHOLEBODY",
    ("abdomen", "pelvis"): "ABDOMENPELVIS",
    ("chest", "abdomen"): "CHESTABDOMEN",
    ("chest", "abdomen", "pelvis"): "CHESTABDPELVIS TORSO TRUNK",
    ("head", "neck"): "HEADNECK",
    ("neck", "chest"): "NECKCHEST",
    ("neck", "chest", "abdomen"): "NECKCHESTABDOMEN",
    ("neck", "chest", "abdomen", "pelvis"): "NECKCHESTABDPELV",
}
DEFINED_TERMS: Final[dict[str, tuple[str, ...]]] = {
    term: names for names, terms in _TERMS.items() for term in terms.split()
}
"""Defined terms of (0018,0015), PS3.16 Annex L, grouped by hand.

EXTREMITY is left out: it does not say which.
"""

_ENGLISH: Final[dict[tuple[str, ...], str]] = {
    ("head",): (
        "head, brain, cranial, cranium, skull, cerebral, neuro, sinus, sinuses, orbit, orbits,"
        " orbital, face, facial, mandible, pituitary, sella, iac, temporal bone, fontanelle"
    ),
    ("neck",): "neck, thyroid, larynx, pharynx, airway, carotid",
    ("chest",): (
        "chest, thorax, thoracic, lung, lungs, pulmonary, rib, ribs, mediastinum, esophagus,"
        " oesophagus, esophagram, thymus"
    ),
    ("heart",): "heart, cardiac, echo, echocardiography, echocardiogram, coronary, tte",
    ("abdomen",): (
        "abdomen, abdominal, abd, liver, hepatic, hepatobiliary, spleen, pancreas, adrenal, bowel,"
        " intussusception, appendix, pylorus, gastric, stomach, biliary, mrcp, upper gi, enema,"
        " colon, small bowel, kub"
    ),
    ("urinary",): (
        "kidney, kidneys, renal, urinary, bladder, ureter, vcug, mcug, cystogram, urethrogram,"
        " renogram, dmsa, dtpa, ivu, ivp, urography"
    ),
    ("pelvis",): (
        "pelvis, pelvic, ovary, ovaries, uterus, scrotum, scrotal, testis, testicular, inguinal"
    ),
    ("spine",): (
        "spine, spinal, scoliosis, cervical spine, thoracic spine, lumbar spine, lumbar, sacrum,"
        " vertebra, cspine, tspine, lspine"
    ),
    ("hip",): "hip, hips, femoral head, ddh",
    ("upper-limb",): (
        "shoulder, humerus, elbow, forearm, radius, ulna, wrist, hand, finger, clavicle, arm,"
        " bone age, upper limb, upper extremity"
    ),
    ("lower-limb",): (
        "femur, thigh, knee, tibia, fibula, leg, ankle, foot, calcaneus, toe, lower limb,"
        " lower extremity"
    ),
    ("whole-body",): "whole body, wholebody, skeletal survey, bone scan, mibg, total body",
    ("chest", "abdomen", "pelvis"): "torso, trunk, skull base to thigh",
    (): "head first, foot first, hip spica, left hand side",
}
ENGLISH: Final[dict[str, tuple[str, ...]]] = {
    word.strip(): names for names, words in _ENGLISH.items() for word in words.split(",")
}

_CHINESE: Final[dict[tuple[str, ...], str]] = {
    ("head",): (
        "头颅 头部 头 颅脑 颅 脑 鞍区 垂体 眼眶 眼 鼻窦 鼻 颌面 颌 颞骨 内耳 中耳 乳突 面部 腮腺"
        " 囟门"
    ),
    ("neck",): "颈部 颈 甲状腺 喉 咽 气道 腺样体",
    ("chest",): "胸部 胸 肺 纵隔 肋骨 乳腺 食管 食道 气管 胸腺 膈",
    ("heart",): "心脏 心超 超声心动 心动图 冠脉 冠状动脉 心肌",
    ("abdomen",): (
        "腹部 腹 肝 胆 脾 胰 胃 肠 阑尾 上消化道 消化道 钡餐 灌肠 幽门 肾上腺 腹膜后 后腹膜 门静脉"
    ),
    ("urinary",): "肾 泌尿 膀胱 尿道 尿路 输尿管",
    ("pelvis",): "骨盆 盆腔 盆 子宫 卵巢 睾丸 阴囊 腹股沟 直肠 肛门 妇科",
    ("spine",): "脊柱 脊髓 颈椎 胸椎 腰椎 骶椎 胸腰椎 腰骶 椎 尾骨",
    ("hip",): "髋 股骨头 股骨颈",
    ("upper-limb",): (
        "肩 肩胛 肱骨 肱骨头 肘 前臂 尺骨 桡骨 尺桡骨 桡骨头 腕 手部 双手 左手 右手 手正位 指骨"
        " 锁骨 骨龄 上肢 上臂"
    ),
    ("lower-limb",): "股骨 大腿 膝 髌 胫 腓 小腿 踝 足 趾 跟骨 下肢",
    ("upper-limb", "lower-limb"): "四肢",
    ("spine", "pelvis"): "骶尾",
    ("chest", "abdomen", "pelvis"): "躯干",
    ("chest", "abdomen"): "胸腹",
    ("abdomen", "pelvis"): "腹盆",
    ("head", "neck"): "头颈",
    ("heart", "chest"): "心胸",
    ("whole-body",): "全身 骨显像 骨扫描",
    (): "手术 足月 充足 不足 头先进 足先进 人工膝",
}
CHINESE: Final[dict[str, tuple[str, ...]]] = {
    word: names for names, words in _CHINESE.items() for word in words.split()
}
