"""A seeded generator of small English stories.

A story keeps a state (who, where, what is wrong, who helps, what is learned) and says each beat in one of
several ways, so that names, pronouns and objects agree from the first sentence to the last. A chat wraps a
story in a request and sometimes asks a question whose answer is in the story.
"""

import random

BOS, END, USER, ASSISTANT = "<|start|>", "<|end|>", "<|user|>", "<|assistant|>"
SPECIAL = [BOS, END, USER, ASSISTANT]

GIRLS = "Mia Lily Anna Rosa Ella Nora Ruby Clara Ivy Zoe Lucy Maya".split()
BOYS = "Tom Ben Max Leo Sam Finn Jack Oscar Theo Hugo Adam Noah".split()
ANIMALS = "fox rabbit mouse bear hedgehog squirrel duck otter badger kitten puppy frog".split()
HELPERS = ["old owl", "wise turtle", "kind goat", "friendly crow", "gentle deer", "clever beaver", "busy bee",
           "quiet snail", "big horse", "tall heron"]
PLACES = {
    "the forest": ("under the tall trees", "a mossy log", "behind an oak tree"),
    "the garden": ("between the flowers", "a wooden bench", "behind the rose bush"),
    "the beach": ("on the warm sand", "a flat rock", "behind a small boat"),
    "the village": ("along the narrow street", "the old well", "behind the bakery"),
    "the hill": ("in the long grass", "a round stone", "behind a thorn bush"),
    "the river": ("beside the clear water", "a little bridge", "behind the reeds"),
    "the farm": ("near the red barn", "a pile of hay", "behind the fence"),
    "the meadow": ("among the yellow flowers", "a fallen branch", "behind a tall thistle"),
}
COLORS = "red blue green yellow silver golden purple white".split()
OBJECTS = "kite ball lantern bell boat drum hat ribbon button basket whistle scarf key cup".split()
FOODS = ["apple pie", "honey cake", "warm bread", "berry soup", "sweet plums", "corn cakes", "nut cookies",
         "pea soup"]
WEATHER = ["sunny", "windy", "rainy", "cold", "warm", "foggy", "bright", "snowy"]
FEELINGS = ["happy", "proud", "calm", "glad", "cheerful"]
TRAITS = ["shy", "curious", "brave", "careful", "playful", "patient", "noisy", "sleepy", "kind", "clever"]
TIMES = ["One day", "One morning", "One afternoon", "Early one morning", "One fine day", "One evening"]
LESSONS = {
    "share": ["It is better to share than to keep everything for yourself.",
              "A thing that is shared makes two hearts glad.",
              "Sharing makes every treat taste sweeter."],
    "ask": ["It is always good to ask for help.", "Nobody has to do everything alone.",
            "Asking for help is a brave thing to do."],
    "patient": ["Good things take time.", "It pays to be patient.", "Slow steps can still go far."],
    "honest": ["The truth is always the best way.", "It is brave to say what really happened.",
               "A friend who tells the truth is a friend you can trust."],
    "brave": ["You can be afraid and brave at the same time.", "A small heart can hold a lot of courage.",
              "Being brave means trying even when you are scared."],
    "friend": ["A new friend can be found anywhere.", "A kind word can start a friendship.",
               "It is good to say hello first."],
    "care": ["Small kind acts grow into big ones.", "Taking care of others makes us happy too.",
             "Kindness always comes back."],
}


class Hero:
    """A character: name, kind, pronouns."""

    def __init__(self, rng, taken=()):
        girl = rng.random() < 0.5
        self.name = rng.choice([n for n in (GIRLS if girl else BOYS) if n not in taken])
        self.kind = rng.choice(ANIMALS) if rng.random() < 0.7 else ("girl" if girl else "boy")
        self.he, self.him, self.his = ("she", "her", "her") if girl else ("he", "him", "his")
        self.He = self.he.capitalize()
        self.trait = rng.choice(TRAITS)

    def a(self):
        return article(f"{self.trait} {self.kind}")

    def a_little(self):
        return f"a little {self.kind}"


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


class World:
    def __init__(self, rng):
        self.rng = rng
        self.hero = Hero(rng)
        self.friend = Hero(rng, taken=(self.hero.name,))
        self.helper = rng.choice(HELPERS)
        self.place = rng.choice(list(PLACES))
        self.spot, self.seat, self.hiding = PLACES[self.place]
        self.color = rng.choice(COLORS)
        self.object = rng.choice(OBJECTS)
        self.thing = f"{self.color} {self.object}"
        self.food = rng.choice(FOODS)
        self.weather = rng.choice(WEATHER)
        self.feeling = rng.choice(FEELINGS)
        self.plot = rng.choice(list(PLOTS))

    def say(self, *ways):
        return self.rng.choice(ways)


def opening(w):
    h = w.hero
    first = w.say(
        f"Once upon a time, there was {h.a()} named {h.name}.",
        f"There once was {h.a()} called {h.name}.",
        f"{h.name} was {h.a()} who lived near {w.place}.",
        f"In a small house near {w.place} lived {h.a()} named {h.name}.",
        f"Once there was {h.a_little()} named {h.name}. {h.He} was very {h.trait}.",
    )
    second = w.say(
        f"{h.name} loved to play in {w.place}." if w.place not in ("the beach", "the hill", "the farm", "the river")
        else f"{h.name} loved to play at {w.place}.",
        f"Every day, {h.he} walked {w.spot}.",
        f"{h.He} liked to sit on {w.seat} and look at the sky.",
        f"{h.He} lived with {h.his} mother and {h.his} grandmother.",
        f"{h.He} had a soft bed and a {w.say('small', 'round', 'bright')} window.",
    )
    return f"{first} {second}"


def day(w):
    return w.say(*TIMES) + (f", when the weather was {w.weather}," if w.rng.random() < 0.3 else ",")


def lost(w):
    h = w.hero
    yield w.say(f"{day(w)} {h.name} could not find {h.his} {w.thing}.",
                f"{day(w)} {h.name} lost {h.his} {w.thing}. It was {h.his} favorite {w.object}.")
    yield w.say(f"{h.He} looked under the bed and behind the door, but it was not there.",
                f"{h.He} looked {w.spot}, but the {w.object} was not there.",
                f'"Where is my {w.object}?" {h.he} cried. {h.He} looked everywhere.')
    yield w.say(f"{h.name} sat down on {w.seat} and felt very sad.",
                f"A tear ran down {h.his} cheek.", f"{h.He} was so sad that {h.he} could not eat {h.his} {w.food}.")
    yield w.say(f'Then {article(w.helper)} came by. "Why are you sad?" asked the {w.helper}.',
                f'{article(w.helper).capitalize()} saw {h.him} and asked, "What is wrong, {h.name}?"')
    yield w.say(f'"I lost my {w.thing}," said {h.name}. "Let us look together," said the {w.helper}.',
                f'{h.name} told the {w.helper} about the {w.thing}. "I will help you," said the {w.helper}.')
    yield w.say(f"They looked high and low. At last, they found the {w.object} {w.hiding}.",
                f"The {w.helper} looked {w.hiding}, and there was the {w.thing}!",
                f"Soon they saw something {w.color} {w.hiding}. It was the {w.object}!")
    yield w.say(f'"Thank you!" said {h.name}. {h.He} was {w.feeling} again.',
                f"{h.name} hugged the {w.helper} and said thank you.",
                f"{h.name} jumped up and down. {h.He} thanked the {w.helper} many times.")


def share(w):
    h, f = w.hero, w.friend
    yield w.say(f"{day(w)} {h.name}'s mother made {w.food}.", f"{day(w)} {h.name} had a big basket of {w.food}.")
    yield w.say(f"It smelled so good that {h.name} wanted to eat it all.",
                f'"This is all for me," thought {h.name}.')
    yield w.say(f"Then {h.his} friend {f.name}, {f.a_little()}, came to {w.place}.",
                f"Just then, {f.a_little()} named {f.name} came along.")
    yield w.say(f'"I am so hungry," said {f.name}. "I had nothing to eat today."',
                f'{f.name} looked at the food. "May I have some?" {f.he} asked.')
    yield w.say(f"{h.name} thought about it for a while.", f"At first, {h.name} did not want to share.",
                f"{h.name} held the food close and said nothing.")
    yield w.say(f"But then {h.he} saw that {f.name} looked sad, so {h.he} gave {f.him} half of the {w.food}.",
                f'But {h.he} knew how it felt to be hungry. "Let us eat together," said {h.name}.')
    yield w.say(f"They sat on {w.seat} and ate the {w.food} together.",
                f"They ate and laughed until the sun went down.")
    yield w.say(f"The next day, {f.name} came back with {article(w.thing)} as a gift.",
                f"From that day on, {h.name} and {f.name} were best friends.")


def storm(w):
    h, f = w.hero, w.friend
    yield w.say(f"{day(w)} dark clouds came over {w.place}.", f"{day(w)} a big storm came to {w.place}.")
    yield w.say(f"The wind was loud and the rain was cold. {h.name} was afraid.",
                f"{h.name} ran home and hid under the table.")
    yield w.say(f"Then {h.he} heard a small voice outside. It was {f.name}, {f.a_little()}.",
                f'"Help!" cried a voice. It was {f.name}, {f.a_little()} who lived next door.')
    yield w.say(f'"My foot is stuck {w.hiding}!" cried {f.name}.', f'"I cannot find my way home!" cried {f.name}.')
    yield w.say(f"{h.name} was scared, but {h.he} took {h.his} {w.thing} and went out into the rain.",
                f"{h.name} took a deep breath. {h.He} put on {h.his} coat and ran out to {f.him}.")
    yield w.say(f"{h.He} held {f.name}'s hand and led {f.him} back to the warm house.",
                f"{h.He} pulled and pulled until {f.name} was free. Then they ran inside.")
    yield w.say(f"They ate {w.food} and listened to the rain.", f"{h.name}'s mother gave them {w.food} and a blanket.")
    yield w.say(f'"You are so brave," said {f.name}.', f'"You saved me," said {f.name} with a smile.')


def broken(w):
    h, f = w.hero, w.friend
    yield w.say(f"{day(w)} {h.name} played with {f.name}'s {w.thing}.",
                f"{day(w)} {f.name} gave {h.name} {f.his} {w.thing} to play with.")
    yield w.say(f"The {w.object} fell on {w.seat} and broke.", f"But {h.name} was not careful, and the {w.object} broke.")
    yield w.say(f'"Oh no!" said {h.name}. "What will {f.name} say?"', f"{h.name} was afraid that {f.name} would be angry.")
    yield w.say(f"{h.He} hid the {w.object} {w.hiding}.", f"{h.He} wanted to hide it and say nothing.")
    yield w.say(f'An old friend, the {w.helper}, saw it. "Tell the truth," said the {w.helper}.',
                f'The {w.helper} looked at {h.him} and said, "A friend will understand."')
    yield w.say(f'So {h.name} went to {f.name} and said, "I am sorry. I broke your {w.object}."',
                f'{h.name} walked to {f.name}. "I broke your {w.thing}, and I am sorry," {h.he} said.')
    yield w.say(f'{f.name} was sad, but {f.he} said, "Thank you for telling me."',
                f'"I am glad that you told me," said {f.name}. "We can fix it."')
    yield w.say(f"They fixed the {w.object} together, and it was as good as new.",
                f"Together they made a new {w.object}. It was even better than the old one.")


def grow(w):
    h = w.hero
    plant = w.say("seed", "bean", "tiny tree")
    yield w.say(f"{day(w)} {h.name} found a {plant} {w.hiding}.", f"{day(w)} the {w.helper} gave {h.name} a {plant}.")
    yield w.say(f"{h.He} put it in the ground and gave it some water.",
                f"{h.He} dug a small hole {w.spot} and put the {plant} in it.")
    yield w.say(f"{h.name} waited all day, but nothing happened.",
                f"The next morning, {h.he} ran to look, but there was nothing to see.")
    yield w.say(f'"It will never grow," said {h.name}.', f'"Why is it so slow?" {h.he} asked.')
    yield w.say(f'"Wait a little longer," said the {w.helper}. "Give it water and sun."',
                f'The {w.helper} smiled and said, "Be patient, {h.name}."')
    yield w.say(f"So {h.name} gave it water every day.", f"Day after day, {h.name} came back with {h.his} {w.say('small', 'blue', 'tin')} cup of water.")
    yield w.say(f"At last, a green leaf came out of the ground!", f"After many days, a {w.color} flower opened in the sun.")
    yield w.say(f"{h.name} danced around it and laughed.", f"{h.name} was very {w.feeling}. {h.He} showed it to everyone.")


def newcomer(w):
    h, f = w.hero, w.friend
    yield w.say(f"{day(w)} a new family moved to {w.place}.", f"{day(w)} {h.name} saw someone new near {w.place}.")
    yield w.say(f"It was {f.a_little()} named {f.name}. {f.He} sat alone on {w.seat}.",
                f"{f.name}, {f.a_little()}, stood {w.hiding} and did not say a word.")
    yield w.say(f"{h.name} wanted to say hello, but {h.he} did not know how.",
                f'"Will {f.he} like me?" {h.name} wondered.')
    yield w.say(f"Then {h.he} had an idea. {h.He} took {h.his} {w.thing} and walked over.",
                f"{h.He} ran home and came back with {w.food}.")
    yield w.say(f'"Hello, I am {h.name}. Do you want to play?" {h.he} asked.',
                f'"My name is {h.name}," {h.he} said. "Would you like to be my friend?"')
    yield w.say(f'{f.name} smiled. "Yes, please!" {f.he} said.', f'"I would love to," said {f.name}, and {f.his} eyes were bright.')
    yield w.say(f"They played {w.spot} until it was dark.", f"They ran and jumped and sang all day long.")
    yield w.say(f"That night, {h.name} told {h.his} mother about {h.his} new friend.",
                f"After that, {h.name} and {f.name} played together every day.")


def nest(w):
    h = w.hero
    bird = w.say("little bird", "baby duck", "small sparrow", "tiny wren")
    yield w.say(f"{day(w)} {h.name} found {article(bird)} on the ground.", f"{day(w)} {article(bird)} fell down near {w.seat}.")
    yield w.say(f"Its wing was hurt and it could not fly.", f"It was cold and it shook with fear.")
    yield w.say(f'"Do not be afraid," said {h.name}.', f"{h.name} picked it up very gently.")
    yield w.say(f"{h.He} took it home and made a bed in {h.his} {w.say('hat', 'basket', 'cup', 'scarf')}.",
                f"{h.He} kept it warm and gave it water.")
    yield w.say(f'{h.He} asked the {w.helper} what to do. "It needs food and rest," said the {w.helper}.',
                f"The {w.helper} came and showed {h.him} how to care for it.")
    yield w.say(f"Every day, the {bird} grew stronger.", f"{h.name} sang to the {bird} every night.")
    yield w.say(f"One week later, it opened its wings and flew up into the sky.", f"Then one day it could fly again.")
    yield w.say(f"{h.name} waved and felt {w.feeling}.", f"It came back every spring to sing for {h.name}.")


PLOTS = {"ask": lost, "share": share, "brave": storm, "honest": broken, "patient": grow, "friend": newcomer,
         "care": nest}


def story(w):
    """One story in two or three paragraphs, about 100 to 190 words."""
    beats = list(PLOTS[w.plot](w))
    half = len(beats) // 2
    lesson = w.rng.choice(LESSONS[w.plot])
    end = w.say(f"{w.hero.name} learned something that day. {lesson}", lesson, f"And so {w.hero.name} learned a lesson: {lesson[0].lower()}{lesson[1:]}",
                f"{w.hero.name} went to bed {w.feeling}. {lesson}")
    return "\n\n".join([f"{opening(w)} {' '.join(beats[:half])}", " ".join(beats[half:]), end])


def request(w):
    h = w.hero
    return w.say(
        f"Tell me a story about {h.a_little()} named {h.name}.",
        f"Tell me a story about {h.name}.",
        f"Please tell me a story about {article(h.kind)}.",
        f"Can you tell me a story about {h.a()} named {h.name}?",
        f"Write a short story about {h.name} and {w.place}.",
        "Tell me a story.",
    )


def question(w, text):
    h, f = w.hero, w.friend
    asks = [(f"Who is the story about?", f"The story is about {h.name}, {h.a_little()}."),
            (f"What is the name of the {h.kind}?", f"The {h.kind} is named {h.name}."),
            (f"What did {h.name} learn?", next(l for l in LESSONS[w.plot] if l.lower() in text.lower()))]
    if f"the {w.helper}" in text:
        asks.append((f"Who helped {h.name}?", f"The {w.helper} helped {h.name}."))
    if f.name in text:
        asks.append((f"Who was {h.name}'s friend?", f"{f.name}, {f.a_little()}, was {h.name}'s friend."))
    return w.rng.choice(asks)


def document(rng):
    """One training document with its markers: a plain story (60 %) or a chat (40 %)."""
    w = World(rng)
    text = story(w)
    if rng.random() < 0.6:
        return f"{BOS}{text}{END}"
    chat = f"{BOS}{USER}{request(w)}{END}{ASSISTANT}{text}{END}"
    for _ in range(rng.choice([0, 1, 1, 2])):
        asked, answer = question(w, text)
        chat += f"{USER}{asked}{END}{ASSISTANT}{answer}{END}"
    return chat


if __name__ == "__main__":
    r = random.Random(1)
    for _ in range(6):
        print(document(r), "\n-----")
